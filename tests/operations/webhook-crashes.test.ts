import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startServer, type BenchServer } from '../bench/servers/child.ts'
import { useDatabase, type TestNode } from '../support/node.ts'
import { createWebhook, deliveriesOf, newDesk, takeover } from '../support/outside.ts'
import { freePort } from '../support/ports.ts'
import { verified } from '../support/receiver.ts'
import { useReceiver } from '../support/use-receiver.ts'

const database = useDatabase()
const receiver = useReceiver()
let node: BenchServer
let folder = ''

afterAll(async () => {
  await node.kill()
  await rm(folder, { recursive: true, force: true })
})

test('161 a node that is killed while it delivers: what it had in its hands comes again with its id, and nothing is lost', async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rollcall-crash-'))
  const port = await freePort()
  node = await start(port)
  const desk = await newDesk({ port } as TestNode)
  const { body } = await createWebhook(desk, { url: receiver().url('/crash'), events: ['takeover.requested'] })
  const { webhook, secret } = body
  let kill: 'before' | 'behind' | null = null
  let killed: Promise<unknown> = Promise.resolve()
  receiver().answer('/crash', (response) => {
    if (kill !== 'before') response.writeHead(204).end()
    if (kill) killed = node.kill()
    kill = null
  })
  for (const moment of ['before', 'behind', 'before'] as const) {
    const count = receiver().to('/crash').length
    kill = moment
    for (let n = 0; n < 3; n += 1) await takeover({ sql: database().sql }, desk)
    await receiver().until('/crash', count + 1)
    await killed
    await passLease()
    node = await start(port)
    await expect.poll(waiting, { timeout: 60_000, interval: 50 }).toBe(0)
  }
  const got = receiver().to('/crash')
  for (const one of got) expect(verified(secret, one).type).toBe('takeover.requested')
  const first = [...new Set(got.map(({ headers }) => headers['webhook-id']))]
  const deliveries = await deliveriesOf(desk, webhook.id)
  expect(deliveries).toHaveLength(9)
  expect(deliveries.every(({ status, attempts }) => status === 'delivered' && attempts === 1)).toBe(true)
  // each killing repeats at most the one that was under way; those killed before their answer, certainly
  expect(got.length).toBeGreaterThanOrEqual(9 + 2)
  expect(got.length).toBeLessThanOrEqual(9 + 3)
  const order = await database().owner<{ id: string }[]>`
    select id from webhook_deliveries where webhook_id = ${webhook.id} order by place`
  expect(first).toEqual(order.map(({ id }) => id))
}, 180_000)

/** A dead node has an endpoint for half a minute by the database's clock. The database is told that it is over. */
async function passLease(): Promise<void> {
  const { owner } = database()
  await owner`update webhooks set delivering_until = now() where delivering is not null`
  await owner`update graphile_worker._private_jobs set run_at = now() where run_at > now()`
}

async function waiting(): Promise<number> {
  return (await database().owner`select from webhook_deliveries where status = 'pending'`).length
}

/** At the same port in each of its lives. */
function start(port: number): Promise<BenchServer> {
  return startServer('rollcall.ts', {
    DATABASE_URL: database().url,
    DATA_DIR: folder,
    SECRET_KEY: 'a key that only tests use, 32 letters',
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'error',
  })
}
