import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { emailsAreSent } from '../arrange.ts'
import { gather, seatsOf, type Audience } from '../audience.ts'
import { now } from '../clock.ts'
import { insertTeam } from '../crowd.ts'
import { median, send } from '../load.ts'
import { print, row } from '../print.ts'
import type { Stage } from '../stage.ts'

const [rounds, sockets, burstOf] = [5, 2_000, 50]

/** Deliveries a second: with what it takes to cause them, and without. */
type Rate = { fromCause: number; fromFirst: number }

/**
 * One command of 50 events, 50 commands at once, and Socket.IO's own loop of 50 emits. The loop commits nothing, so it
 * is beside the delivery alone too.
 */
export async function burst(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  const [{ port }, loop] = [await stage.rollcall(url), await stage.server('sockets.ts')]
  const team = await insertTeam(sql, 100)
  const clients = await stage.server('audience.ts')
  const audience = await gather(clients, { ports: [port], seats: seatsOf(team), size: sockets })
  const bare = await gather(clients, { ports: [loop.port], seats: [{}], size: sockets })
  const ask = (agent: Agent, method: string, path: string, body: object) =>
    send(agent, {
      port,
      method,
      path: `/api/workspaces/${team.workspaceId}${path}`,
      body,
      cookie: team.owner.cookie,
      expect: method === 'POST' ? 207 : 200,
    })
  const times = <T>(make: () => T) => Array.from({ length: burstOf }, make)
  const invite = (agent: Agent) => {
    const invitations = times(() => ({ email: `${randomUUID()}@example.com`, role: 'editor' }))
    return ask(agent, 'POST', '/invitations/batch', { invitations })
  }
  const rename = (agent: Agent) =>
    Promise.all(times(() => ask(agent, 'PATCH', '/membership', { displayName: randomUUID() })))
  const sample = sampleFrame(team.workspaceId)
  const rates = { one: [] as Rate[], many: [] as Rate[], bare: [] as Rate[] }
  for (let round = 0; round <= rounds; round += 1) {
    const heard = [
      ['one', await rateOf(audience, invite)],
      ['many', await rateOf(audience, rename)],
      ['bare', await rateOf(bare, () => loop.ask({ ask: 'burst', frames: times(() => sample) }))],
    ] as const
    await emailsAreSent(sql)
    // the first round only warms up
    if (round > 0) for (const [name, rate] of heard) rates[name].push(rate)
  }
  await audience.leave()
  await bare.leave()
  print(`deliveries of ${burstOf} events to ${sockets} sockets, a second`)
  row('', ['from the request on', 'from the first frame on'], 26)
  show('Rollcall, one command', rates.one, rates.bare)
  show('Rollcall, fifty commands at once', rates.many, rates.bare)
  show('Socket.IO, a loop of emits', rates.bare, rates.bare)
}

async function rateOf(audience: Audience, cause: (agent: Agent) => Promise<unknown>): Promise<Rate> {
  const deliveries = sockets * burstOf
  const agent = new Agent({ keepAlive: true })
  await audience.mark()
  const started = now()
  const [{ first, last }] = await Promise.all([audience.heard(deliveries), cause(agent)])
  agent.destroy()
  return { fromCause: (deliveries / (last - started)) * 1000, fromFirst: (deliveries / (last - first)) * 1000 }
}

function show(name: string, measured: Rate[], bare: Rate[]): void {
  const columns = (['fromCause', 'fromFirst'] as const).map((from) => {
    const [ours, theirs] = [measured, bare].map((all) => median(all.map((rate) => rate[from])))
    return `${(ours ?? NaN).toFixed(0)}  ${((ours ?? NaN) / (theirs ?? NaN)).toFixed(1)} ×`
  })
  row(name, columns, 26)
}

/** What Socket.IO sends in its loop: one event, as large as an invitation's. */
function sampleFrame(workspaceId: string) {
  const invitation = {
    id: randomUUID(), email: `${randomUUID()}@example.com`, role: 'editor', status: 'pending', seat: 'held', place: 1,
    invitedBy: { memberId: randomUUID(), displayName: 'Ada' }, sentAt: new Date().toISOString(),
    expiresAt: new Date().toISOString(), askedAt: null,
  } // prettier-ignore
  const actor = { memberId: randomUUID(), displayName: 'Ada' }
  const event = { position: 1, type: 'invitation.sent', at: new Date().toISOString(), actor, data: { invitation } }
  return { stream: `workspace:${workspaceId}`, events: [event] }
}
