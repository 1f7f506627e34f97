import { deflateSync, crc32 } from 'node:zlib'
import sharp, { type Color } from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { reEncode } from '#server/avatars/re-encode.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newUser, type Failure, type Person } from '../support/people.ts'
import { chunk, rawRequest } from '../support/raw.ts'

const node = useNode()
const html = '<script>alert(document.domain)</script>'
let ada: Person
let own = ''

beforeAll(async () => {
  ada = await newUser(node())
  own = `/api/workspaces/${(await ada.me()).workspaces[0]?.id}/membership`
})

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
const refused: Record<string, () => Promise<Buffer> | Buffer> = {
  'an SVG': () => Buffer.from(svg),
  'an SVG with an XML declaration': () => Buffer.from(`<?xml version="1.0"?>${svg}`),
  'a page': () => Buffer.from(`<!doctype html>${html}`),
  'a page that begins like a GIF': () => Buffer.from(`GIF89a/*${html}*/=1;`),
  'a TIFF': () => picture().tiff().toBuffer(),
  'an AVIF': () => picture().avif().toBuffer(),
  'a PDF': () => Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF'),
  'nothing': () => Buffer.alloc(0),
  'half a PNG': async () => half(await noise().png().toBuffer()),
  'half a JPEG': async () => half(await noise().jpeg().toBuffer()),
  'half a WebP': async () => half(await noise().webp().toBuffer()),
} // prettier-ignore

test.each(Object.entries(refused))(
  '145 147 %s, called a picture of each kind, is refused with 415',
  async (_, make) => {
    const bytes = await make()
    for (const type of ['image/png', 'image/jpeg', 'image/webp', 'image/gif']) {
      expect(await put(bytes, type)).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
    }
    expect(await avatarUrl()).toBeNull()
  },
)

test.each(['image/svg+xml', 'text/html', 'application/octet-stream', 'image/*', 'image/png, text/html', ''])(
  '145 a real picture that is sent as %j is refused with 415',
  async (type) => {
    expect((await put(await picture().png().toBuffer(), type)).status).toBe(415)
  },
)

test('145 a picture that is a page as well is only a picture afterwards, and tells nothing of where it was taken', async () => {
  const exif = { IFD0: { Copyright: html, Artist: 'Ada at home' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } }
  const jpeg = await picture().withExif(exif).jpeg().toBuffer()
  expect(jpeg.includes('Ada at home')).toBe(true)
  const { status, body } = await put(Buffer.concat([jpeg, Buffer.from(html)]), 'image/jpeg')
  expect(status).toBe(200)
  const bytes = await download(body.avatarUrl)
  expect(bytes.includes('script') || bytes.includes('Ada at home')).toBe(false)
  const { format, width, height, exif: kept, xmp, icc } = await sharp(bytes).metadata()
  expect({ format, width, height, kept, xmp, icc }).toEqual({ format: 'webp', width: 256, height: 256 })
  await ada.delete(`${own}/avatar`)
})

test('146 a small file that unfolds to 225 million pixels is refused before it is unfolded', async () => {
  const bomb = flatPng(15_000)
  expect(bomb.length).toBeLessThan(50_000)
  const started = performance.now()
  await expect(reEncode(bomb, 'image/png')).rejects.toMatchObject({ code: 'unsupported_media_type' })
  expect(performance.now() - started).toBeLessThan(250)
  expect((await put(bomb, 'image/png')).status).toBe(415)
  for (const side of [30_000, 2 ** 31 - 1]) expect((await put(flatPng(side, 10), 'image/png')).status).toBe(415)
})

test('147 of a picture with many frames the first alone is decoded', async () => {
  const frames = Array.from({ length: 60 }, (_, n) => ({ r: n * 4, g: 255 - n * 4, b: 0 }))
  const images = await Promise.all(frames.map((background) => square(background).png().toBuffer()))
  const gif = await sharp(images, { join: { animated: true } })
    .gif()
    .toBuffer()
  expect((await sharp(gif).metadata()).pages).toBeGreaterThan(20)
  const { body, status } = await put(gif, 'image/gif')
  expect(status).toBe(200)
  const bytes = await download(body.avatarUrl)
  expect((await sharp(bytes).metadata()).pages).toBeUndefined()
  const [r = 0, g = 0] = await sharp(bytes).raw().toBuffer()
  expect({ red: r < 40, green: g > 215 }).toEqual({ red: true, green: true })
  await ada.delete(`${own}/avatar`)
})

test('147 a picture over 5 MB is refused with 413, by its length at once and in chunks as soon as it is too long', async () => {
  const asked = { method: 'PUT', path: `${own}/avatar` }
  const headers = { Cookie: ada.cookie(), 'Content-Type': 'image/png' }
  // the bytes that are announced are never sent: the answer comes all the same
  const announced = await rawRequest(node(), { ...asked, headers: { ...headers, 'Content-Length': '104857600' } })
  const chunks = Array.from({ length: 6 }, () => chunk('x'.repeat(1024 * 1024))).join('')
  const chunked = await rawRequest(node(), {
    ...asked,
    headers: { ...headers, 'Transfer-Encoding': 'chunked' },
    body: chunks,
  })
  for (const { status, body } of [announced, chunked]) {
    expect(status).toBe(413)
    expect(body).toContain('"payload_too_large"')
  }
  expect(await avatarUrl()).toBeNull()
})

test('147 while twenty large pictures are being made, others are answered', async () => {
  const large = await sharp({ create: { width: 3_900, height: 3_900, channels: 3, background: '#123', noise: { type: 'gaussian', mean: 90, sigma: 9 } } })
    .jpeg({ quality: 40 }).toBuffer() // prettier-ignore
  let done = 0
  const puts = Array.from({ length: 20 }, async () => {
    const { status } = await put(large, 'image/jpeg')
    done += 1
    return status
  })
  const grace = newPerson(node(), 'Grace')
  expect((await grace.signUp()).status).toBe(201)
  expect(done).toBeLessThan(20)
  expect(new Set(await Promise.all(puts))).toEqual(new Set([200]))
  await ada.delete(`${own}/avatar`)
})

test('64 148 a picture is served as an image and nothing else, at an address that nobody can guess', async () => {
  const { body } = await put(await picture().png().toBuffer(), 'image/png')
  expect(body.avatarUrl).toMatch(/^\/api\/avatars\/[0-9a-f]{64}$/)
  const { headers } = await rawRequest(node(), { path: body.avatarUrl })
  expect(headers.get('content-type')).toBe('image/webp')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-disposition')).toBe('inline; filename="avatar.webp"')
  expect(headers.get('content-security-policy')).toMatch(/(^|; *)sandbox(;|$)/)
  expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(headers.has('set-cookie')).toBe(false)
  const wrong = `${body.avatarUrl.slice(0, -1)}${body.avatarUrl.endsWith('0') ? '1' : '0'}`
  for (const path of [
    wrong,
    '/api/avatars/',
    '/api/avatars/%',
    '/api/avatars/..%2f..%2fetc%2fpasswd',
    "/api/avatars/' or ''='",
  ]) {
    expect((await newPerson(node()).get<Failure>(path)).body).toMatchObject({ status: 404, code: 'not_found' })
  }
  await ada.delete(`${own}/avatar`)
})

function put(bytes: Buffer, type: string) {
  return ada.call<Failure & { avatarUrl: string }>('PUT', `${own}/avatar`, new Uint8Array(bytes), {
    'Content-Type': type,
  })
}

async function avatarUrl(): Promise<string | null> {
  return (await ada.get<{ avatarUrl: string | null }>(own)).body.avatarUrl
}

async function download(path: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(`http://127.0.0.1:${node().port}${path}`)).arrayBuffer())
}

function picture() {
  return square('#4f46c8')
}

function square(background: Color) {
  return sharp({ create: { width: 64, height: 64, channels: 3, background } })
}

function noise() {
  return sharp({
    create: {
      width: 400,
      height: 400,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length / 2)
}

/** A black PNG of `side`² pixels, one bit each: a header of 25 bytes and rows that compress to nearly nothing. */
function flatPng(side: number, rows = side): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header[8] = 1
  const row = Buffer.alloc(1 + Math.ceil(Math.min(side, 15_000) / 8))
  const data = deflateSync(Buffer.alloc(row.length * rows), { level: 9 })
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, part('IHDR', header), part('IDAT', data), part('IEND', Buffer.alloc(0))])
}

function part(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
