import { createServer } from 'node:net'
import { once } from 'node:events'
import { Webhook as Verifier } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { startOnSameDatabase, useNode } from '../support/node.ts'
import { createWebhook, deliveriesOf, newDesk, takeover, webhookOf } from '../support/outside.ts'
import { reachable, verified, type Answer, type Received } from '../support/receiver.ts'
import { useReceiver } from '../support/use-receiver.ts'

/** Less patience than is built in, so that a test need not have it. */
const deadlines = { connect: 1_000, answer: 1_500 }
const node = useNode({}, 1000, { outbound: { ...reachable.outbound, deadlines } })
const receiver = useReceiver()
const soon = { timeout: 20_000, interval: 20 }

test('151 a redirect is not followed: it is an answer that is not 2xx', async () => {
  for (const code of [301, 302, 307, 308]) {
    const where = `/redirect/${code}`
    const location = receiver().url(`/redirected/${code}`)
    const delivery = await attemptAt(receiver().url(where), (response) => {
      response.writeHead(code, { Location: location }).end()
    })
    expect(delivery).toMatchObject({ status: 'pending', answerStatus: code, answerProblem: null })
    expect(receiver().to(`/redirected/${code}`)).toEqual([])
  }
})

test('151 an answer that comes too late, or a little at a time, is cut', async () => {
  const silent = await attemptAt(receiver().url('/silent'), () => undefined)
  const late = { status: 'pending', answerStatus: null, answerProblem: 'It did not answer within 10 seconds.' }
  expect(silent).toMatchObject(late)
  const dripping = await attemptAt(receiver().url('/dripping'), (response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write('.'), 50)
    response.on('close', () => clearInterval(drip))
  })
  expect(dripping).toMatchObject(late)
})

test('151 of a large answer 64 kB are read and no more, and its status counts', async () => {
  let sent = 0
  let closed: Promise<unknown> | undefined
  const delivery = await attemptAt(receiver().url('/large'), (response) => {
    closed = once(response, 'close')
    response.writeHead(200)
    const pour = (): void => {
      while (!response.destroyed && sent < 100_000_000) {
        sent += 65_536
        if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', pour)
      }
    }
    pour()
  })
  expect(delivery).toMatchObject({ status: 'delivered', answerStatus: 200 })
  await closed
  // what the sockets on both sides hold is not read
  expect(sent).toBeLessThan(20_000_000)
})

test('151 answers that are none do no harm', async () => {
  const nonsense = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .resume()
      .end('HTTP/1.1 200 OK\r\n\r\n', () => socket.destroy())
  })
  await new Promise<void>((resolve) => nonsense.listen(0, '127.0.0.1', resolve))
  const { port } = nonsense.address() as { port: number }
  const unsealed = await attemptAt(`https://localhost:${port}/`)
  expect(unsealed).toMatchObject({ answerStatus: null, answerProblem: expect.any(String) as string })
  await new Promise((resolve) => nonsense.close(resolve))
  const headers = await attemptAt(receiver().url('/headers'), (response) => {
    response.writeHead(200, { 'X-Much': 'x'.repeat(60_000) }).end()
  })
  expect(headers).toMatchObject({ status: 'pending', answerStatus: null })
  const hungUp = await attemptAt(receiver().url('/hung-up'), (response) => void response.destroy())
  expect(hungUp).toMatchObject({ answerStatus: null, answerProblem: 'It ended the connection before it had answered.' })
})

test('151 a certificate must be valid for the name that is called', async () => {
  const delivery = await attemptAt(`https://127.0.0.1:${receiver().port}/name`)
  expect(delivery).toMatchObject({ answerStatus: null, answerProblem: 'Its certificate is not valid.' })
  expect(receiver().to('/name')).toEqual([])
})

test('149 151 addresses that are not public are not connected to, and nobody learns what is there', async () => {
  const plain = await startOnSameDatabase(node(), {})
  await node().stop()
  const desk = await newDesk(plain.node)
  const hosts = ['localhost', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '169.254.169.254']
  for (const host of hosts) {
    const { body } = await createWebhook(desk, { url: `https://${host}:${receiver().port}/inside`, events: [] })
    await desk.owner.post(`${desk.path}/webhooks/${body.webhook.id}/test`, { type: 'contact.created' })
    await expect
      .poll(async () => (await deliveriesOf(desk, body.webhook.id))[0], soon)
      .toMatchObject({ status: 'failed', answerStatus: null, answerProblem: 'It is not on the public internet.' })
  }
  expect(receiver().to('/inside')).toEqual([])
  await plain.end()
})

test('151 the public library takes what is ours, as it is and for five minutes', async () => {
  const other = await startOnSameDatabase(node(), {}, reachable)
  const desk = await newDesk(other.node)
  const { body } = await createWebhook(desk, { url: receiver().url('/library'), events: ['takeover.requested'] })
  await takeover(other.node, desk)
  const [got] = (await receiver().until('/library', 1)) as [Received]
  const { secret } = body
  expect(verified(secret, got)).toMatchObject({ type: 'takeover.requested' })
  const altered = { ...got, body: got.body.replace('takeover.requested', 'takeover.rejected_') }
  expect(() => verified(secret, altered)).toThrow('No matching signature found')
  const renamed = { ...got, headers: { ...got.headers, 'webhook-id': crypto.randomUUID() } }
  expect(() => verified(secret, renamed)).toThrow('No matching signature found')
  expect(() => verified(`whsec_${btoa('somebody else’s'.slice(0, 12))}`, got)).toThrow('No matching signature found')
  // kept and sent again later: its signature is right, and its moment has passed
  const sentAt = Number(got.headers['webhook-timestamp'])
  const kept = (seconds: number) => {
    const moment = new Date((sentAt - seconds) * 1000)
    const signature = new Verifier(secret).sign(String(got.headers['webhook-id']), moment, got.body)
    return { ...got, headers: { ...got.headers, 'webhook-timestamp': String(sentAt - seconds), 'webhook-signature': signature } } // prettier-ignore
  }
  expect(verified(secret, kept(240))).toMatchObject({ type: 'takeover.requested' })
  expect(() => verified(secret, kept(360))).toThrow('Message timestamp too old')
  const postponed = { ...got, headers: { ...got.headers, 'webhook-timestamp': String(sentAt - 60) } }
  expect(() => verified(secret, postponed)).toThrow('No matching signature found')
  await other.end()
})

/** What became of the first attempt to deliver to an address. */
async function attemptAt(url: string, answer?: Answer) {
  const desk = await newDesk(node())
  if (answer) receiver().answer(new URL(url).pathname, answer)
  const { body } = await createWebhook(desk, { url, events: ['takeover.requested'] })
  await takeover(node(), desk)
  await expect.poll(async () => (await deliveriesOf(desk, body.webhook.id))[0]?.attempts, soon).toBe(1)
  expect((await webhookOf(desk, body.webhook.id)).active).toBe(true)
  return (await deliveriesOf(desk, body.webhook.id))[0]
}
