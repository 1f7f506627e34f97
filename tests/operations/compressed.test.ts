import { request } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { useNode } from '../support/node.ts'
import { newUser, type Person } from '../support/people.ts'

const node = useNode()

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; bytes: Buffer }

/** As a browser gets it, before anything is unfolded. */
function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, node().url), { headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(parts) }),
      )
    })
    asked.on('error', reject).end()
  })
}

test('scripts and styles come as small as the browser takes them, and as they are to whoever takes nothing', async () => {
  const page = (await ask('/')).bytes.toString()
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? ''
  const plain = await ask(script)
  expect(plain).toMatchObject({ status: 200, headers: { 'cache-control': expect.stringContaining('immutable') as string } }) // prettier-ignore
  expect(plain.headers['content-encoding']).toBeUndefined()
  const br = await ask(script, { 'accept-encoding': 'gzip, deflate, br' })
  expect(br.headers).toMatchObject({ 'content-encoding': 'br', vary: expect.stringContaining('Accept-Encoding') as string }) // prettier-ignore
  expect(brotliDecompressSync(br.bytes)).toEqual(plain.bytes)
  const gz = await ask(script, { 'accept-encoding': 'gzip' })
  expect(gunzipSync(gz.bytes)).toEqual(plain.bytes)
  const embed = await ask('/messenger.js', { 'accept-encoding': 'br' })
  expect(embed.headers).toMatchObject({ 'content-encoding': 'br', 'cache-control': 'public, max-age=300', 'cross-origin-resource-policy': 'cross-origin', 'content-type': expect.stringContaining('javascript') as string }) // prettier-ignore
})

test('a long roster is compressed, a short one is not, and either is known again by its tag', async () => {
  const ada = await newUser(node())
  const { id } = await ada.createWorkspace()
  const path = `/api/workspaces/${id}/roster`
  const short = await ask(path, { ...cookieOf(ada), 'accept-encoding': 'gzip' })
  expect(short.headers['content-encoding']).toBeUndefined()
  const invitations = Array.from({ length: 60 }, (_, n) => ({ email: `kay.${n}@example.com`, role: 'viewer' }))
  await ada.post(`/api/workspaces/${id}/invitations/batch`, { invitations })
  const plain = await ask(path, cookieOf(ada))
  const small = await ask(path, { ...cookieOf(ada), 'accept-encoding': 'gzip' })
  expect(small.headers['content-encoding']).toBe('gzip')
  expect(small.bytes.length).toBeLessThan(plain.bytes.length / 3)
  expect(gunzipSync(small.bytes)).toEqual(plain.bytes)
  expect(small.headers.etag).toBe(`W/${String(plain.headers.etag)}`)
  for (const etag of [plain.headers.etag, small.headers.etag]) {
    const again = await ask(path, { ...cookieOf(ada), 'accept-encoding': 'gzip', 'if-none-match': String(etag) })
    expect(again).toMatchObject({ status: 304, bytes: Buffer.alloc(0) })
  }
})

function cookieOf(person: Person): Record<string, string> {
  return { cookie: person.cookie() }
}
