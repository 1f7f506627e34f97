import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startServer, type BenchServer } from '../bench/servers/child.ts'
import { useDatabase, type TestNode } from '../support/node.ts'
import { createWebhook, deliveriesOf, newDesk, takeover } from '../support/outside.ts'
import { verified } from '../support/receiver.ts'
import { useReceiver } from '../support/use-receiver.ts'

const database = useDatabase()
const receiver = useReceiver()
const nodes: BenchServer[] = []
let folder = ''

afterAll(async () => {
  for (const one of nodes) await one.kill()
  await rm(folder, { recursive: true, force: true })
})

test('161 a node that is killed while it delivers: what it had in its hands comes again with its id, and nothing is lost', async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rollcall-crash-'))
  let node = await start()
  const desk = await newDesk({ port: node.port } as TestNode)
  const { body } = await createWebhook(desk, { url: receiver().url('/crash'), events: ['takeover.requested'] })
  const { webhook, secret } = body
  let kill: 'before' | 'behind' | null = null
  let killed: Promise<unknown> = Promise.resolve()
  receiver().answer('/crash', (response) => {
    if (kill !== 'before') response.writeHead(204).end()
    if (kill) killed = node.kill()
    kill = null
  })
  const told: string[] = []
  for (const moment of ['before', 'behind', 'before'] as const) {
    const count = receiver().to('/crash').length
    kill = moment
    for (let n = 0; n < 3; n += 1) await takeover({ sql: database().sql }, desk)
    await receiver().until('/crash', count + 1)
    await killed
    node = await start()
    desk.owner = at(node, desk.owner)
    await expect.poll(() => settled(webhook.id), { timeout: 60_000, interval: 100 }).toBe(0)
  }
  const got = receiver().to('/crash')
  for (const one of got) told.push(`${String(one.headers['webhook-id'])} ${verified(secret, one).type}`)
  const deliveries = await deliveriesOf(desk, webhook.id)
  expect(deliveries).toHaveLength(9)
  expect(deliveries.every(({ status, attempts }) => status === 'delivered' && attempts === 1)).toBe(true)
  expect([...new Set(told)].sort()).toEqual(deliveries.map(({ id, type }) => `${id} ${type}`).sort())
  // each killing repeats at most the one that was under way; those killed before their answer, certainly
  expect(got.length).toBeGreaterThanOrEqual(9 + 2)
  expect(got.length).toBeLessThanOrEqual(9 + 3)
  const order = await database().owner<{ id: string }[]>`
    select id from webhook_deliveries where webhook_id = ${webhook.id} order by place`
  expect([...new Set(told.map((one) => one.split(' ')[0]))]).toEqual(order.map(({ id }) => id))
}, 180_000)

/** How many still wait. What a dead node had taken is given back after half a minute by the database's clock: it is told. */
async function settled(webhookId: string): Promise<number> {
  const { owner } = database()
  await owner`update webhooks set delivering_until = now() where id = ${webhookId} and delivering_until > now() + interval '1 second' and not exists (select from pg_stat_activity where application_name = 'none')` // prettier-ignore
  const waiting = await owner`select from webhook_deliveries where webhook_id = ${webhookId} and status = 'pending'`
  return waiting.length
}

async function start(): Promise<BenchServer> {
  const node = await startServer('rollcall.ts', {
    DATABASE_URL: database().url,
    DATA_DIR: folder,
    SECRET_KEY: 'a key that only tests use, 32 letters',
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'error',
  })
  nodes.push(node)
  return node
}

function at(_: BenchServer, owner: Awaited<ReturnType<typeof newDesk>>['owner']) {
  return owner
}
