import { Agent as HttpAgent } from 'node:http'
import { Agent, request } from 'node:https'
import type postgres from 'postgres'
import { insertHalls, insertPeople } from '../crowd.ts'
import { median, send } from '../load.ts'
import { percent, print, row } from '../print.ts'
import type { BenchServer } from '../servers/child.ts'
import type { Stage } from '../stage.ts'

const rounds = 5
/** As many endpoints as a node delivers to at a time. */
const atATime = 8
const loads = [
  { endpoints: 1, each: 400 },
  { endpoints: 20, each: 60 },
]

/** Deliveries a second to a receiver on this machine, beside the same POSTs with nothing around them. */
export async function webhooks(stage: Stage): Promise<void> {
  print('deliveries of webhooks, to one HTTPS receiver          beside: bare https.request, kept alive')
  row('', ['per s', 'node each', 'per s', 'ratio'])
  const { url, sql } = await stage.database()
  const [node, receiver] = [await stage.rollcall(url), await stage.server('receiver.ts')]
  const authority = (await receiver.ask({ ask: 'authority' })) as string
  for (const { endpoints, each } of loads) {
    await sql`delete from webhooks`
    await arrange(sql, node, { receiver, endpoints })
    const measured = { rollcall: [] as number[], floor: [] as number[], busy: [] as number[] }
    for (let round = 0; round <= rounds; round += 1) {
      const [rollcall, busy] = await ofRollcall(sql, { node, receiver }, { endpoints, each })
      const floor = await ofFloor(receiver, authority, { endpoints, each })
      // the first round only warms both up
      if (round === 0) continue
      measured.rollcall.push(rollcall)
      measured.floor.push(floor)
      measured.busy.push(busy)
    }
    const [ours, floor] = [median(measured.rollcall), median(measured.floor)]
    const name = endpoints === 1 ? '1 endpoint' : `${endpoints} endpoints, ${atATime} at a time`
    row(name, [ours.toFixed(0), `${median(measured.busy).toFixed(1)} ms`, floor.toFixed(0), percent(ours / floor)])
  }
}

type Load = { endpoints: number; each: number }

async function arrange(sql: postgres.Sql, { port }: BenchServer, to: { receiver: BenchServer; endpoints: number }) {
  const agent = new HttpAgent({ keepAlive: true })
  const [hall] = await insertHalls(sql, await insertPeople(sql, 1))
  if (!hall) throw new Error('There is no workspace.')
  const post = async (path: string, body: object) => {
    const { text } = await send(agent, { port, method: 'POST', path, body, cookie: hall.owner.cookie, expect: 201 })
    return JSON.parse(text) as { id: string }
  }
  const agents = `/api/workspaces/${hall.workspaceId}/agents`
  const { id } = await post(agents, { name: 'Front desk' })
  for (let n = 0; n < to.endpoints; n += 1) {
    const url = `https://localhost:${to.receiver.port}/${n}`
    await post(`${agents}/${id}/webhooks`, { url, events: ['takeover.requested'] })
  }
  agent.destroy()
}

/** Answers deliveries a second, and milliseconds of the node's processor for each. */
async function ofRollcall(
  sql: postgres.Sql,
  { node, receiver }: { node: BenchServer; receiver: BenchServer },
  { endpoints, each }: Load,
): Promise<[number, number]> {
  const received = receiver.ask({ ask: 'receive', count: endpoints * each }) as Promise<number>
  const before = await node.cpu()
  await sql.begin(async (tx) => {
    await tx`
      insert into webhook_deliveries
        (id, workspace_id, agent_id, webhook_id, place, type, payload, status, next_attempt_at, created_at)
      select
        new_delivery_id(), w.workspace_id, w.agent_id, w.id, w.last_place + n, 'takeover.requested', ${payload},
        'pending', clock_timestamp(), clock_timestamp()
      from webhooks w, generate_series(1, ${each}::int) as n`
    await tx`update webhooks set last_place = last_place + ${each}`
    await tx`select wake_webhook(workspace_id, agent_id, id, clock_timestamp()) from webhooks`
  })
  const rate = await received
  const busy = (await node.cpu()) - before
  // the last one is written down as it was received
  for (;;) {
    const [left] = await sql`select id from webhook_deliveries where status = 'pending' limit 1`
    if (!left) return [rate, busy / (endpoints * each)]
  }
}

async function ofFloor(receiver: BenchServer, authority: string, { endpoints, each }: Load): Promise<number> {
  const lines = Math.min(endpoints, atATime)
  const agent = new Agent({ keepAlive: true, maxSockets: lines, ca: authority })
  const count = endpoints * each
  const received = receiver.ask({ ask: 'receive', count }) as Promise<number>
  let left = count
  await Promise.all(
    Array.from({ length: lines }, async () => {
      while ((left -= 1) >= 0) await postOnce(agent, receiver.port)
    }),
  )
  agent.destroy()
  return received
}

function postOnce(agent: Agent, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload), ...signed }
    const asked = request({ host: 'localhost', port, path: '/floor', method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', resolve)
    })
    asked.on('error', reject).end(payload)
  })
}

const payload = JSON.stringify({
  type: 'takeover.requested',
  timestamp: new Date().toISOString(),
  data: { workspaceId: crypto.randomUUID(), agentId: crypto.randomUUID(), conversationId: crypto.randomUUID() },
})
/** As long as ours are. */
const signed = {
  'webhook-id': crypto.randomUUID(),
  'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
  'webhook-signature': `v1,${'A'.repeat(44)}`,
}
