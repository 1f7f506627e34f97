import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { startPostgres } from '#server/embedded/postgres.ts'
import { arranger, workers, type Both } from './arrange.ts'
import { gather, seatsOf } from './audience.ts'
import { drive, median, quantile } from './load.ts'
import { startServer } from './servers/child.ts'

/** How often each pair is measured, in turns, so that a noisy moment meets both; the middle one counts. */
const rounds = 5
const watchers = { latency: 1000, burst: 2000 }
const burst = 50

const only = process.argv[2]
const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-bench-'))
const database = await startPostgres({ dataDir: folder })
const sql = postgres(database.url, { max: 4, onnotice: () => undefined })
const settings = {
  DATABASE_URL: database.url,
  DATA_DIR: folder,
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'error',
  ...(process.env['PROFILE'] && { PROFILE: process.env['PROFILE'] }),
}
const rollcall = await startServer('rollcall.ts', settings)
const floor = await startServer('floor.ts', { DATABASE_URL: database.url })
const sockets = await startServer('sockets.ts')
const arrange = arranger(sql, { rollcall: rollcall.port, floor: floor.port })
const origin = `http://localhost:${rollcall.port}`

try {
  await arrange.floorTables()
  print(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'cpu'}, PostgreSQL with fsync on this disk.`)
  print(
    `${workers} requests at a time, each in an account of its own. ${rounds} rounds in turns; the median round counts.`,
  )
  print('')
  print('                        Rollcall                    floor: one statement')
  print('                        per s      p50      p99      per s      p50      p99   ratio   aim')
  await measured('invite', 0.6, () => arrange.invitations(60))
  await measured('accept', 0.6, () => arrange.acceptances(30))
  await measured('change role', 0.6, () => arrange.roleChanges(80))
  const crowd = await arrange.crowd(100)
  await measured('roster of 100', 0.7, () => arrange.rosters(crowd, 80))
  print('')
  if (wanted('latency')) await latency(crowd)
  if (wanted('burst')) await deliveries(crowd)
  if (wanted('memory')) await memory(crowd)
} finally {
  for (const server of [rollcall, floor, sockets]) await server.stop()
  await sql.end()
  await database.stop()
  await rm(folder, { recursive: true, force: true })
}

type Crowd = Awaited<ReturnType<typeof arrange.crowd>>

function wanted(name: string): boolean {
  return only === undefined || name.startsWith(only)
}

/** Rollcall and the floor by turns; the first round only warms both up. */
async function measured(name: string, aim: number, prepare: () => Promise<Both>): Promise<void> {
  if (!wanted(name)) return
  const sides = { rollcall: [] as Drives, floor: [] as Drives }
  for (let round = 0; round <= rounds; round += 1) {
    const calls = await prepare()
    const order = round % 2 === 0 ? (['rollcall', 'floor'] as const) : (['floor', 'rollcall'] as const)
    for (const side of order) {
      const result = await drive(calls[side])
      await arrange.emailsAreSent()
      if (round > 0) sides[side].push(result)
    }
  }
  const ratio = median(sides.rollcall.map((one, round) => one.perSecond / (sides.floor[round]?.perSecond ?? 1)))
  const columns = [sides.rollcall, sides.floor].flatMap((drives) => {
    const all = drives.flatMap(({ latencies }) => latencies)
    const perSecond = median(drives.map((one) => one.perSecond)).toFixed(0)
    return [perSecond, `${quantile(all, 0.5).toFixed(1)} ms`, `${quantile(all, 0.99).toFixed(1)} ms`]
  })
  print(`${name.padEnd(20)}${columns.map((text) => text.padStart(9)).join('')}${percent(ratio)}${percent(aim)}`)
}

type Drives = Awaited<ReturnType<typeof drive>>[]

/** From the moment that an event carries, before its commit, to each of the sockets that watch. */
async function latency({ owner, people, workspaceId, memberId }: Crowd): Promise<void> {
  const audience = await gather(rollcall.port, watchers.latency, seatsOf(people, origin, workspaceId))
  const taken: number[] = []
  audience.onFrame((text) => taken.push(Date.now() - Date.parse(/"at":"([^"]+)"/.exec(text)?.[1] ?? '')))
  for (let n = 0; n < 60; n += 1) {
    const heard = audience.heard(watchers.latency)
    await owner.patch(`/api/workspaces/${workspaceId}/members/${memberId}`, { role: n % 2 === 0 ? 'editor' : 'viewer' })
    await heard
  }
  await audience.leave()
  const [p50, p99] = [quantile(taken, 0.5), quantile(taken, 0.99)]
  print(
    `commit to client, ${watchers.latency} sockets watching: p50 ${p50} ms, p99 ${p99} ms, last ${Math.max(...taken)} ms`,
  )
}

/** One command of 50 events, 50 commands at once, and Socket.IO's own loop of 50 emits, to 2,000 sockets each. The loop
 * commits nothing, so it is beside the delivery alone too. */
async function deliveries({ owner, people, workspaceId }: Crowd): Promise<void> {
  const audience = await gather(rollcall.port, watchers.burst, seatsOf(people, origin, workspaceId))
  const bare = await gather(sockets.port, watchers.burst, () => ({}))
  const path = `/api/workspaces/${workspaceId}`
  const invite = () =>
    owner.post(`${path}/invitations/batch`, {
      invitations: Array.from({ length: burst }, () => ({ email: `${randomUUID()}@example.com`, role: 'editor' })),
    })
  const rename = () =>
    Promise.all(Array.from({ length: burst }, () => owner.patch(`${path}/membership`, { displayName: randomUUID() })))
  const sample = sampleFrame(workspaceId)
  const rates = { one: [] as Rate[], many: [] as Rate[], bare: [] as Rate[] }
  const loop = { ask: 'burst', frames: Array.from({ length: burst }, () => sample) }
  for (let round = 0; round <= rounds; round += 1) {
    const heard = [
      ['one', await rateOf(audience, invite)],
      ['many', await rateOf(audience, rename)],
      ['bare', await rateOf(bare, () => sockets.ask(loop))],
    ] as const
    await arrange.emailsAreSent()
    if (round > 0) for (const [name, rate] of heard) rates[name].push(rate)
  }
  await audience.leave()
  await bare.leave()
  const line = (name: string, measured: Rate[]) => {
    const columns = (['fromCause', 'fromFirst'] as const).map((from) => {
      const [ours, theirs] = [measured, rates.bare].map((all) => median(all.map((rate) => rate[from]))) as [
        number,
        number,
      ]
      return `${ours.toFixed(0).padStart(10)}${`${(ours / theirs).toFixed(1)} ×`.padStart(9)}`
    })
    print(`  ${name.padEnd(34)}${columns.join('   ')}`)
  }
  print(
    `deliveries of ${burst} events to ${watchers.burst} sockets, a second: from the request on, from the first frame on`,
  )
  line('Rollcall, one command', rates.one)
  line('Rollcall, fifty commands at once', rates.many)
  line('Socket.IO, a loop of emits', rates.bare)
}

/** Deliveries a second: with what it takes to cause them, and without. */
type Rate = { fromCause: number; fromFirst: number }

async function rateOf(audience: Awaited<ReturnType<typeof gather>>, cause: () => Promise<unknown>): Promise<Rate> {
  const deliveries = watchers.burst * burst
  const started = performance.now()
  const heard = audience.heard(deliveries)
  const [, first] = await Promise.all([cause(), heard])
  const ended = performance.now()
  return { fromCause: (deliveries / (ended - started)) * 1000, fromFirst: (deliveries / (ended - first)) * 1000 }
}

/** What Socket.IO sends in its loop: one event, as large as an invitation's. */
function sampleFrame(workspaceId: string) {
  const invitation = {
    id: randomUUID(), email: `${randomUUID()}@example.com`, role: 'editor', status: 'pending', seat: 'held',
    invitedBy: { memberId: randomUUID(), displayName: 'Ada' }, sentAt: new Date().toISOString(),
    expiresAt: new Date().toISOString(), askedAt: null,
  } // prettier-ignore
  const actor = { memberId: randomUUID(), displayName: 'Ada' }
  const event = { position: 1, type: 'invitation.sent', at: new Date().toISOString(), actor, data: { invitation } }
  return { stream: `workspace:${workspaceId}`, events: [event] }
}

/** Bytes that a connection holds on the server once everything is quiet. */
async function memory({ people, workspaceId }: Crowd): Promise<void> {
  const each = async (server: typeof rollcall, seat: Parameters<typeof gather>[2]) => {
    // the first audience makes what later ones share
    await (await gather(server.port, watchers.burst, seat)).leave()
    const before = await server.memory()
    const audience = await gather(server.port, watchers.burst, seat)
    const after = await server.memory()
    await audience.leave()
    return (after - before) / watchers.burst / 1024
  }
  const ours = await each(rollcall, seatsOf(people, origin, workspaceId))
  const bare = await each(sockets, () => ({}))
  print(
    `memory for each connection: Rollcall ${ours.toFixed(1)} KiB, Socket.IO ${bare.toFixed(1)} KiB, ${(ours / bare).toFixed(2)} × (aim 1.5)`,
  )
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`.padStart(8)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
