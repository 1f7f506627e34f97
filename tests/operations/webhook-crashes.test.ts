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

test('161 163 a node that is killed, or told to end, while it delivers: what it had in its hands comes again with its id, and nothing is lost', async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rollcall-crash-'))
  const port = await freePort()
  node = await start(port)
  const desk = await newDesk({ port } as TestNode)
  const { body } = await createWebhook(desk, { url: receiver().url('/crash'), events: ['takeover.requested'] })
  const { webhook, secret } = body
  let kill: Moment | null = null
  let killed: Promise<unknown> = Promise.resolve()
  receiver().answer('/crash', (response) => {
    if (kill === null || kill === 'behind') response.writeHead(204).end()
    if (kill) killed = kill === 'ending' ? node.stop() : node.kill()
    kill = null
  })
  for (const moment of ['before', 'behind', 'before', 'ending'] as const) {
    const count = receiver().to('/crash').length
    kill = moment
    for (let n = 0; n < 3; n += 1) await takeover({ sql: database().sql }, desk)
    await receiver().until('/crash', count + 1)
    await killed
    if (moment === 'ending') expect(await taken()).toBe(0)
    else await passLease()
    node = await start(port)
    await expect.poll(waiting, { timeout: 60_000, interval: 50 }).toBe(0)
  }
  const got = receiver().to('/crash')
  for (const one of got) expect(verified(secret, one).type).toBe('takeover.requested')
  const first = [...new Set(got.map(({ headers }) => headers['webhook-id']))]
  const deliveries = await deliveriesOf(desk, webhook.id)
  expect(deliveries).toHaveLength(12)
  expect(deliveries.every(({ status, attempts }) => status === 'delivered' && attempts === 1)).toBe(true)
  // each end repeats at most the one that was under way; where it had no answer yet, certainly
  expect(got.length).toBeGreaterThanOrEqual(12 + 3)
  expect(got.length).toBeLessThanOrEqual(12 + 4)
  const order = await database().owner<{ id: string }[]>`
    select id from webhook_deliveries where webhook_id = ${webhook.id} order by place`
  expect(first).toEqual(order.map(({ id }) => id))
}, 180_000)

/** Before its answer, behind it, or told to end before it. */
type Moment = 'before' | 'behind' | 'ending'

/** A dead node has an endpoint for half a minute by the database's clock. The database is told that it is over. */
async function passLease(): Promise<void> {
  const { owner } = database()
  await owner`update webhooks set delivering_until = now() where delivering is not null`
  await owner`update graphile_worker._private_jobs set run_at = now() where run_at > now()`
}

/** How many endpoints somebody has to himself. */
async function taken(): Promise<number> {
  return (await database().owner`select from webhooks where delivering is not null`).length
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
