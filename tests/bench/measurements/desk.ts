import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { gather, type Audience } from '../audience.ts'
import { now } from '../clock.ts'
import { insertTeam, type Team } from '../crowd.ts'
import { median, pace, quantile, send } from '../load.ts'
import { insertMessenger, type BenchVisitor } from '../messenger.ts'
import { ms, print, row } from '../print.ts'
import type { Recorded } from '../servers/audience.ts'
import type { BenchServer } from '../servers/child.ts'
import { origin, type Stage } from '../stage.ts'
import { Wire } from '../wire.ts'

const [rounds, conversations] = [5, 20]
const text = 'Good morning, my parcel has not come yet. Can you see where it is? '.repeat(2)

/** In each conversation a visitor writes and a member looks on. `write` answers the message's position there. */
type Side = { name: string; audience: Audience; write: (conversation: number) => Promise<number> }
type Sent = { conversation: number; position: number; due: number }
type Load = { name: string; drive: (side: Side) => Promise<Sent[]> }

const loads: Load[] = [
  { name: 'one message at a time', drive: (side) => oneByOne(side, 100) },
  { name: '50 messages / s', drive: (side) => atPace(side, { perSecond: 50, seconds: 4 }) },
]

/** From a visitor's message to the member who has the conversation open, on one node, beside what does less, by turns. */
export async function desk(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  await sql`create schema floor`
  await sql`create table floor.messages (like public.messages including all)`
  const team = await insertTeam(sql, conversations)
  const messenger = await insertMessenger(sql, team, conversations)
  await sql`analyze`
  const clients = await stage.server('audience.ts')
  const watch = messenger.visitors.map(({ conversationId }) => `conversation:${conversationId}`)
  const seated = ({ port }: BenchServer, seats: object[]) =>
    gather(clients, {
      ports: [port],
      seats: watch.map((stream, n) => ({ ...seats[n], watch: stream })),
      size: watch.length,
    })
  const chat = async (name: string, settings: Record<string, string> = {}): Promise<Side> => {
    const server = await stage.server('chat.ts', settings)
    return { name, audience: await seated(server, []), write: await writersOf(server, watch) }
  }
  const sides = [
    await chat('Socket.IO, in memory'),
    await chat('Socket.IO, one insert before the emit', { DATABASE_URL: url }),
    await ofRollcall(stage, await stage.rollcall(url), { ...messenger, team, seated }),
  ] // prettier-ignore
  print(`from a visitor’s message to the member in front of it, ${conversations} conversations`)
  for (const load of loads) show(load, sides, await byTurns(load, sides))
  for (const { audience } of sides) await audience.leave()
}

type OfRollcall = {
  agentId: string
  visitors: BenchVisitor[]
  team: Team
  seated: (server: BenchServer, seats: object[]) => Promise<Audience>
}

async function ofRollcall(stage: Stage, server: BenchServer, given: OfRollcall): Promise<Side> {
  const { agentId, visitors, team, seated } = given
  const agent = new Agent({ keepAlive: true })
  stage.after(() => agent.destroy())
  const write = async (conversation: number) => {
    const { token, conversationId } = visitors[conversation] as BenchVisitor
    const { headers } = await send(agent, {
      port: server.port, method: 'POST', path: `/api/messenger/${agentId}/conversations/${conversationId}/messages`,
      body: { text }, headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': randomUUID() }, expect: 201,
    }) // prettier-ignore
    return Number(/conversation:\S+=(\d+)/.exec(String(headers['stream-position']))?.[1])
  }
  const seats = team.people.map(({ cookie }) => ({ cookie, origin }))
  return { name: 'Rollcall', audience: await seated(server, seats), write }
}

/** A visitor's socket for each of the streams. */
async function writersOf({ port }: BenchServer, streams: string[]): Promise<Side['write']> {
  const wires = await Promise.all(streams.map(() => connected(port)))
  const positions = streams.map(() => 0)
  return async (conversation) => {
    const position = (positions[conversation] = (positions[conversation] ?? 0) + 1)
    const written = { stream: streams[conversation], position, id: randomUUID(), text }
    wires[conversation]?.say(`42["write",${JSON.stringify(written)}]`)
    return position
  }
}

function connected(port: number): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const wire: Wire = new Wire({
      port,
      headers: {},
      hear(frame) {
        const said = frame.toString('latin1', 0, 2)
        if (said === '2') wire.say('3')
        else if (said === '40') resolve(wire)
        else if (said.startsWith('0')) wire.say('40')
      },
      ended: (why) => reject(new Error(`A visitor was lost: ${why}`)),
    })
  })
}

async function oneByOne({ audience, write }: Side, count: number): Promise<Sent[]> {
  const sent: Sent[] = []
  for (let n = 0; n < count; n += 1) {
    const [conversation, due] = [n % conversations, now()]
    sent.push({ conversation, due, position: await write(conversation) })
    await audience.heard(n + 1)
  }
  return sent
}

async function atPace({ audience, write }: Side, load: { perSecond: number; seconds: number }): Promise<Sent[]> {
  const sent = await pace(load, async (n, due) => {
    const conversation = n % conversations
    return { conversation, due, position: await write(conversation) }
  })
  await audience.heard(sent.length)
  return sent
}

/** Milliseconds of each message, by sides and rounds. */
async function byTurns({ drive }: Load, sides: Side[]): Promise<number[][][]> {
  const taken: number[][][] = sides.map(() => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (const [n, side] of sides.entries()) {
      await side.audience.mark()
      const latencies = latenciesOf(await drive(side), await side.audience.recorded())
      // the first round only warms up
      if (round > 0) taken[n]?.push(latencies)
    }
  }
  return taken
}

function latenciesOf(sent: Sent[], { positions, times, whose }: Recorded): number[] {
  const heard = new Map(Array.from(times, (time, n) => [`${whose[n]} ${positions[n]}`, time]))
  return sent.map(({ conversation, position, due }) => (heard.get(`${conversation} ${position}`) ?? NaN) - due)
}

function show({ name }: Load, sides: Side[], taken: number[][][]): void {
  const figures = taken.map((measured) =>
    [0.5, 0.99].map((share) => median(measured.map((latencies) => quantile(latencies, share)))),
  )
  const [bare, durable, ours] = figures as [number[], number[], number[]]
  const times = (floor: number[]) => floor.map((one, n) => `${((ours[n] ?? NaN) / one).toFixed(1)} ×`)
  row(name, ['p50', 'p99', '× memory', '', '× insert', ''])
  for (const [n, side] of sides.entries()) {
    const ratios = side.name === 'Rollcall' ? [...times(bare), ...times(durable)] : []
    row(`  ${side.name}`, [...(figures[n] ?? []).map(ms), ...ratios])
  }
}
