import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { expect, test } from 'vitest'
import { seeded } from '../faults/random.ts'
import { invites } from '../faults/reading.ts'
import type { ClusterNode, Topology } from '../faults/topology.ts'
import { newCaller, type Caller, type Reply } from '../support/caller.ts'
import { useProgram } from '../support/program.ts'
import { useTopology } from '../support/topology.ts'

const soon = { timeout: 30_000, interval: 20 }
const seed = Number(process.env['CRASH_SEED'] ?? 164)
const kills = Number(process.env['CRASH_KILLS'] ?? 4)
/** How often one person may do what is done here before the limits of an hour stop them. */
const roundsOfOnePerson = 20
const { folder, start } = useProgram()
let topology: Topology
let a: ClusterNode
let b: ClusterNode
let ada: Caller

useTopology({ durable: false }, async (started) => {
  topology = started
  ;[a, b] = topology.nodes as [ClusterNode, ClusterNode]
  ada = await newCaller(topology, b)
})

test('161 S6 a node that dies between commit and publish: sockets of another node hear of it all the same, in order', async () => {
  const live = await ada.live(b)
  const watched = await live.watch(ada.stream)
  const position = watched.ok ? watched.position : Number.NaN
  const [before, within, after] = [newAddress(), newAddress(), newAddress()]
  expect((await ada.invite(a, before)).status).toBe(201)
  await live.untilPosition(ada.stream, position + 1)
  // the commit arrives, its answer does not: the node will never publish, and then it is no more
  a.proxies.database.cutAfter('commit', (said) => {
    if (!invites(said)) return false
    a.pause()
    return true
  })
  const lost = ada.invite(a, within).catch(() => null)
  await expect.poll(() => topology.postgres.owner`select id from invitations where email = ${within}`, soon).toHaveLength(1) // prettier-ignore
  await a.kill()
  expect(await lost).toBeNull()
  await live.untilPosition(ada.stream, position + 2)
  expect((await ada.invite(b, after)).status).toBe(201)
  await live.untilPosition(ada.stream, position + 3)
  const heard = live.eventsOf(ada.stream)
  expect(heard.map((event) => event.position)).toEqual([1, 2, 3].map((nth) => position + nth))
  expect(JSON.stringify(heard[1])).toContain(within)
  // its email is sent, too: the job was in the same transaction
  await topology.mail.next(within)
  live.close()
  await a.start()
})

test(
  `164 I7 I9 ${kills} times kill -9 at random points of a burst: what was answered is there, and nothing is half done`,
  async () => {
    const random = seeded(seed)
    const answered: string[] = []
    const doubtful: string[] = []
    let someone = ada
    for (let round = 0; round < kills; round += 1) {
      if (round % roundsOfOnePerson === roundsOfOnePerson - 1) someone = await newCaller(topology, b)
      const burst = Array.from({ length: 20 }, async (_, n) => {
        const name = `round ${round} ${n}`
        const reply = await (n % 2 === 0 ? create(someone, name) : someone.invite(a, name.replaceAll(' ', '.') + '@example.com'))
        .catch((): Reply | null => null) // prettier-ignore
        if (reply?.status === 201) answered.push(name)
        else doubtful.push(name)
      })
      // by turns after some answers, of which a slow machine may not have so many, and at some moment, which may be before
      // the first one
      const enough = answered.length + 1 + random.below(12)
      const moment = performance.now() + (round % 2 === 0 ? soon.timeout / 2 : random.below(300))
      await expect
        .poll(() => answered.length >= enough || performance.now() > moment, { ...soon, interval: 1 })
        .toBe(true)
      await a.kill()
      await Promise.all(burst)
      await a.start()
    }
    const { owner } = topology.postgres
    const names = (await owner<{ name: string }[]>`select name from workspaces`).map(({ name }) => name)
    const emails = (await owner<{ email: string }[]>`select email from invitations`).map(({ email }) => email)
    const kept = new Set([...names, ...emails.map((email) => email.replace('@example.com', '').replaceAll('.', ' '))])
    expect(
      answered.filter((name) => !kept.has(name)),
      `seed ${seed}`,
    ).toEqual([])
    expect(answered.length).toBeGreaterThan(0)
    expect(doubtful.length).toBeGreaterThan(0)
  },
  180_000 + kills * 20_000,
)

test.each([
  ['throws', 'thrown by a test'],
  ['rejects', 'rejected by a test'],
])('168 something that %s where nobody listens: it is logged, what is under way is finished, and it exits with 1', async (misfortune, words) => {
  const options = `--import=${path.resolve('tests/support/misfortunes.mjs')}`
  const data = await folder()
  const program = start({ DATA_DIR: data, NODE_OPTIONS: options, MISFORTUNE: misfortune })
  const port = await program.port()
  const place = { host: `localhost:${port}`, origin: `http://localhost:${port}` }
  const eve = await newCaller(place, { port })
  const live = await eve.live({ port })
  const creating = Array.from({ length: 10 }, (_, n) =>
    eve.call({ port }, '/api/workspaces', { method: 'POST', body: { name: `Eve’s ${n}` } }),
  )
  await Promise.race(creating)
  const pending = Promise.allSettled(creating)
  program.signal('SIGUSR2')
  expect(await program.ended).toBe(1)
  expect(program.complaints[0]).toContain(words)
  // answered in full; with 503 where a busy machine was too slow
  const broken = (await pending).filter((one) => one.status === 'rejected' || ![201, 503].includes(one.value.status))
  expect(broken).toEqual([])
  await live.until(() => live.disconnected() !== null)
  expect(live.disconnected()).toBe('transport close')
}) // prettier-ignore

function create(someone: Caller, name: string): Promise<Reply> {
  return someone.call(a, '/api/workspaces', { method: 'POST', body: { name } })
}

function newAddress(): string {
  return `${randomUUID()}@example.com`
}
