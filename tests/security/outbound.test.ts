import { createServer, type Server } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openOutbound } from '#server/outbound/request.ts'
import { newKnowledge } from '../support/knowledge.ts'
import { useNode } from '../support/node.ts'
import { sendsOnTo, usePageServer } from '../support/page-server.ts'

const refusal = { status: 'failed', problem: 'It is not on the public internet.' }

/** What the resolver of these tests' own answers for a name: each time the next address, and the last one for ever. */
const names = new Map<string, string[]>()
const lookedUp: string[] = []

const unknown: NodeJS.ErrnoException = new Error('unknown')
unknown.code = 'ENOTFOUND'

const lookup: LookupFunction = (name, options, tell) => {
  lookedUp.push(name)
  const left = names.get(name) ?? []
  const address = left.length > 1 ? left.shift() : left[0]
  const family = address?.includes(':') ? 6 : 4
  if (address === undefined) tell(unknown, '', 0)
  else if (options.all) tell(null, [{ address, family }])
  else tell(null, address, family)
}

// 127.0.0.2 stands for the public internet; that it can be reached proves that the rest could be, too
const outside = usePageServer('127.0.0.2')
const node = useNode({}, 1000, { outbound: { addresses: ['127.0.0.2'], lookup } })

/** Whatever is connected to on this machine at one port: 127.0.0.1, [::1] and, where there is one, its address in the network. */
const connections: string[] = []
const listeners: Server[] = []
let port = 0

beforeAll(async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer((_, response) => void response.end('<title>Inside</title>secret'))
    server.on('connection', ({ localAddress }) => void connections.push(String(localAddress)))
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
    port = (server.address() as AddressInfo).port
    listeners.push(server)
  }
})
afterAll(() => Promise.all(listeners.map((server) => new Promise((resolve) => server.close(resolve)))))

const inside = [
  '127.0.0.1', '127.1', '2130706433', '0x7f.1', '0x7f000001', '017700000001', '127.0.0.3', '0', '0.0.0.0',
  '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]',
  '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]', '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[ff02::1]', '[fec0::1]', '[4000::1]',
  '169.254.169.254', '100.64.0.1', '10.0.0.1', '172.16.0.1', '192.168.0.1', '192.0.2.1', '198.18.0.1', '224.0.0.1',
  '240.0.0.1', '255.255.255.255', '①②⑦.⓪.⓪.①', '127。0。0。1',
] // prettier-ignore

test.each(inside)('149 a page at http://%s is never connected to', async (host) => {
  const { page, read } = await newKnowledge(node())
  const { status, body } = await page(`http://${host}:${port}/`)
  expect(status).toBe(201)
  expect(await read(body.id)).toMatchObject(refusal)
  expect(connections).toEqual([])
})

test.each([
  'localhost',
  'LOCALHOST.',
  'inside.example',
  'inside6.example',
  'mapped.example',
  'compatible.example',
  'metadata.example',
])('149 nor is one at %s, whatever it is called', async (host) => {
  for (const name of ['localhost', 'localhost.', 'inside.example']) names.set(name, ['127.0.0.1'])
  names.set('inside6.example', ['::1'])
  names.set('mapped.example', ['::ffff:127.0.0.1'])
  names.set('compatible.example', ['::127.0.0.1'])
  names.set('metadata.example', ['169.254.169.254'])
  const { page, read } = await newKnowledge(node())
  for (const scheme of ['http', 'https']) {
    const { body } = await page(`${scheme}://${host}:${port}/`)
    expect(await read(body.id)).toMatchObject(refusal)
  }
  expect(lookedUp).toContain(host.toLowerCase())
  expect(connections).toEqual([])
})

test('149 a redirect leads no further than a link would', async () => {
  const { page, read } = await newKnowledge(node())
  for (const [nth, host] of ['127.0.0.1', '[::1]', 'inside.example', '2130706433', '[::ffff:127.0.0.1]'].entries()) {
    names.set('inside.example', ['127.0.0.1'])
    outside().at(`/away${nth}`, sendsOnTo(`http://${host}:${port}/`))
    const { body } = await page(outside().url(`/away${nth}`))
    expect(await read(body.id)).toMatchObject(refusal)
    // it was connected to, and sent its reader on
    expect(outside().asked(`/away${nth}`)).toBe(1)
  }
  expect(connections).toEqual([])
})

test('149 a name that is public when it is looked at and ours when it is connected to is looked up once, and that counts', async () => {
  const { page, read, refresh } = await newKnowledge(node())
  outside().at('/', (_, response) => void response.writeHead(200, { 'Content-Type': 'text/html', Connection: 'close' }).end('<title>Outside</title><p>Words.')) // prettier-ignore
  const at = new URL(outside().url('/'))
  names.set('rebinding.example', ['127.0.0.2', '127.0.0.1', '::1', '127.0.0.1'])
  const before = lookedUp.length
  const { body } = await page(`http://rebinding.example:${at.port}/`)
  expect(await read(body.id)).toMatchObject({ status: 'ready', title: 'Outside' })
  expect(lookedUp.slice(before)).toEqual(['rebinding.example'])
  // the listener at the port of the second answer: what was read came from the address that was looked at
  for (const nth of [2, 3]) {
    await refresh(body.id)
    expect(await read(body.id, nth)).toMatchObject(refusal)
  }
  names.set('rebound.example', ['127.0.0.1'])
  const { body: other } = await page(`http://rebound.example:${port}/`)
  expect(await read(other.id)).toMatchObject(refusal)
  expect(connections).toEqual([])
})

test('149 one private address among public ones is one too many', async () => {
  const mixed: LookupFunction = (_, __, tell) => tell(null, [{ address: '127.0.0.2', family: 4 }, { address: '127.0.0.1', family: 4 }]) // prettier-ignore
  const outbound = openOutbound({ addresses: ['127.0.0.2'], lookup: mixed })
  const asked = outbound.request(`http://mixed.example:${port}/`, { method: 'GET', mostBytes: 1_000 })
  await expect(asked).rejects.toMatchObject({ message: refusal.problem, passing: false })
  outbound.close()
  expect(connections).toEqual([])
})

test('what was listened to all the while could be connected to', async () => {
  for (const host of ['127.0.0.1', '[::1]']) expect((await fetch(`http://${host}:${port}/`)).status).toBe(200)
  expect(connections).toEqual(['127.0.0.1', '::1'])
})
