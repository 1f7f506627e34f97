import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ClusterNode, Topology } from '../faults/topology.ts'
import { call, cookieIn, newCaller, type Caller } from '../support/caller.ts'
import { childWith } from '../support/child.ts'
import { tokenIn } from '../support/mail.ts'
import { password } from '../support/people.ts'
import { useTopology } from '../support/topology.ts'

const soon = { timeout: 60_000, interval: 50 }
/** Longer than from one sweep of the sessions to the next, in milliseconds; the long form is `STOP_SECONDS=30`. */
const longerThanSweep = Number(process.env['STOP_SECONDS'] ?? 12) * 1_000
/** Longer than a node may stand still before it looks at everybody again, and shorter than a client waits for its ping. */
const longerThanAllowed = 3_000
const imported = (file: string) => `--import=${path.resolve(file)}`
let topology: Topology
let a: ClusterNode
let b: ClusterNode
let ada: Caller

useTopology({ durable: false }, async (started) => {
  topology = started
  ;[a, b] = topology.nodes as [ClusterNode, ClusterNode]
  ada = await newCaller(topology, b)
  await ada.call(b, '/api/account/plan', { method: 'PUT', body: { plan: 'pro_ai' } })
  await ada.call(b, '/api/account/seats', { method: 'PUT', body: { addonSeats: 20 } })
})

test('165 I5 a node that is stopped for longer than the sweep: whoever lost the right meanwhile hears nothing from after it', async () => {
  const [bob, cleo, dora] = await Promise.all(['Bob', 'Cleo', 'Dora'].map((name) => newMember(name)))
  if (!bob || !cleo || !dora) throw new Error('Three joined.')
  const lives = await Promise.all([ada, bob, cleo, dora].map((one) => one.live(a)))
  for (const live of lives) expect(await live.watch(ada.stream)).toMatchObject({ ok: true })
  const [adas, bobs, cleos, doras] = lives as [Live, Live, Live, Live]
  // jobs for both nodes to take, some of them in the hands of the one that stops
  const emails = Array.from({ length: 5 }, newAddress)
  for (const email of emails) await expect.poll(async () => (await ada.invite(a, email)).status, soon).toBe(201)
  a.pause()
  const [member] = await topology.postgres.owner<{ id: string }[]>`
    select id from members where workspace_id = ${ada.workspaceId} and user_id = ${bob.userId}`
  const path = `/api/workspaces/${ada.workspaceId}/members/${member?.id}`
  // what the stopped one has locked is locked until the database ends its transaction
  await expect.poll(async () => (await ada.call(b, path, { method: 'DELETE' })).status, soon).toBe(204)
  await expect.poll(async () => (await cleo.call(b, '/api/auth/sign-out', { method: 'POST' })).status, soon).toBe(204)
  // this one has run out, of which nobody tells
  await topology.postgres.owner`update sessions set expires_at = now() where user_id = ${dora.userId}`
  const last = await head()
  for (let n = 0; n < 10; n += 1) {
    const email = newAddress()
    await expect.poll(async () => (await ada.invite(b, email)).status, soon).toBe(201)
  }
  await pause(longerThanSweep)
  a.resume()
  await adas.untilPosition(ada.stream, last + 10)
  await bobs.until(() => bobs.closed.some(({ code }) => code === 'removed'))
  await cleos.until(() => cleos.disconnected() !== null)
  await doras.until(() => doras.disconnected() !== null)
  const after = [bobs, cleos, doras].flatMap((live) => live.eventsOf(ada.stream).filter(({ position }) => position > last))
  expect(after).toEqual([])
  for (const email of emails) await expect.poll(() => topology.mail.countTo(email), soon).toBeGreaterThan(0)
  await expect.poll(() => topology.postgres.owner`select id from graphile_worker.jobs where task_identifier = 'send-email'`, soon).toEqual([])
  expect(emails.filter((email) => topology.mail.countTo(email) !== 1)).toEqual([])
  for (const live of lives) live.close()
}) // prettier-ignore

test('165 I5 a node that is stopped between two sweeps: it looks at every session again before it sends what came meanwhile', async () => {
  const dora = await newMember('Dora')
  const [adas, doras] = (await Promise.all([ada, dora].map((one) => one.live(a)))) as [Live, Live]
  for (const live of [adas, doras]) expect(await live.watch(ada.stream)).toMatchObject({ ok: true })
  a.pause()
  await topology.postgres.owner`update sessions set expires_at = now() where user_id = ${dora.userId}`
  const last = await head()
  for (let n = 0; n < 3; n += 1) expect((await ada.invite(b, newAddress())).status).toBe(201)
  await pause(longerThanAllowed)
  a.resume()
  await adas.untilPosition(ada.stream, last + 3)
  await doras.until(() => doras.disconnected() !== null)
  expect(doras.eventsOf(ada.stream).filter(({ position }) => position > last)).toEqual([])
  for (const live of [adas, doras]) live.close()
})

test('169 a node that is busy for five seconds: its health fails meanwhile, its sockets survive, nothing is done twice', async () => {
  await a.terminate()
  await a.start({ NODE_OPTIONS: imported('tests/support/misfortunes.mjs'), MISFORTUNE: 'stalls' })
  const live = await ada.live(a)
  expect(await live.watch(ada.stream)).toMatchObject({ ok: true })
  // whoever has just connected is looked at once more, which is over before the node is busy
  await expect.poll(async () => (await ada.invite(a, newAddress())).status, soon).toBe(201)
  const from = await head()
  await live.untilPosition(ada.stream, from)
  const emails = Array.from({ length: 5 }, newAddress)
  const inviting = Promise.all(emails.map((email) => ada.invite(a, email)))
  process.kill(childWith('MISFORTUNE=stalls'), 'SIGUSR2')
  await expect
    .poll(() => call(topology, a, '/readyz', { timeout: 1_000 }).then(() => 'answered', () => 'silent'), soon)
    .toBe('silent')
  expect((await ada.call(b, '/api/me')).status).toBe(200)
  await inviting
  const health = () =>
    call(topology, a, '/readyz', { timeout: 2_000 }).then(
      ({ status, body }) => (status === 200 ? 'well' : `${status} ${JSON.stringify(body)} ${a.state()}`),
      (error: unknown) => `${String(error)}. ${a.state()}`,
    )
  await expect.poll(health, soon).toBe('well')
  const email = newAddress()
  await expect.poll(async () => (await ada.invite(a, email)).status, soon).toBe(201)
  const to = await head()
  const since = () => live.eventsOf(ada.stream).map(({ position }) => position).filter((position) => position > from)
  await live.until(() => live.disconnected() !== null || since().at(-1) === to)
  expect(live.disconnected()).toBeNull()
  expect(since()).toEqual(Array.from({ length: to - from }, (_, n) => from + 1 + n))
  const sent = (await topology.postgres.owner<{ email: string }[]>`
    select email from invitations where email = any(${emails})`).map((row) => row.email)
  for (const one of [...sent, email]) await expect.poll(() => topology.mail.countTo(one), soon).toBeGreaterThan(0)
  await expect.poll(() => topology.postgres.owner`select id from graphile_worker.jobs where task_identifier = 'send-email'`, soon).toEqual([])
  expect([...sent, email].filter((one) => topology.mail.countTo(one) !== 1)).toEqual([])
  live.close()
}) // prettier-ignore

test('166 nodes whose clocks are a day ahead and a day behind: sessions, links and jobs keep the database’s time', async () => {
  const clock = imported('tests/faults/shifted-clock.mjs')
  for (const [node, shift] of [[a, 86_400_000], [b, -86_400_000]] as const) {
    await node.terminate()
    await node.start({ NODE_OPTIONS: clock, CLOCK_SHIFT_MS: String(shift) })
  }
  const { owner } = topology.postgres
  for (const node of [a, b]) {
    const eve = await newCaller(topology, node, 'Eve')
    const [session] = await owner<{ days: number }[]>`
      select extract(epoch from expires_at - now())::float8 / 86400 as days from sessions where user_id = ${eve.userId}`
    expect(session?.days).toBeCloseTo(30, 1)
    const email = newAddress()
    const { body } = await eve.invite(node, email)
    const [invitation] = await owner<{ days: number; status: string }[]>`
      select extract(epoch from expires_at - now())::float8 / 86400 as days, status from invitations where id = ${body.id}`
    expect(invitation).toEqual({ days: expect.closeTo(7, 1) as number, status: 'pending' })
    const [job] = await owner<{ days: number }[]>`
      select extract(epoch from run_at - now())::float8 / 86400 as days from graphile_worker.jobs
      where task_identifier = 'expire-invitations' and key like ${`%${body.id}%`}`
    expect(job?.days).toBeCloseTo(7, 1)
    const token = tokenIn(await topology.mail.next(email))
    for (const other of [a, b]) {
      expect((await eve.call(other, '/api/me')).status).toBe(200)
      const preview = await call<{ status: string }>(topology, other, '/api/invitations/preview', { method: 'POST', body: { token } })
      expect(preview).toMatchObject({ status: 200, body: { status: 'pending' } })
      const signIn = await call(topology, other, '/api/auth/sign-in', { method: 'POST', body: { email: eve.email, password } })
      expect(signIn.status).toBe(200)
      expect((await call(topology, node, '/api/me', { headers: { Cookie: cookieIn(signIn) } })).status).toBe(200)
    }
    // due by the database's clock alone
    await owner`update invitations set expires_at = now() where id = ${body.id}`
    await owner`select graphile_worker.reschedule_jobs(array_agg(id), run_at => now()) from graphile_worker.jobs where key like ${`%${body.id}%`}`
    await expect.poll(() => owner`select id from invitations where id = ${body.id} and status = 'expired'`, soon).toHaveLength(1)
    // and a session that has run out is out, whatever the node's clock says
    await owner`update sessions set expires_at = now() where user_id = ${eve.userId}`
    for (const other of [a, b]) expect((await eve.call(other, '/api/me')).status).toBe(401)
  }
}) // prettier-ignore

type Live = Awaited<ReturnType<Caller['live']>>

/** Somebody who has joined Ada's workspace. */
async function newMember(name: string): Promise<Caller> {
  const someone = await newCaller(topology, b, name)
  await ada.invite(b, someone.email)
  const token = tokenIn(await topology.mail.next(someone.email))
  const { status } = await someone.call(b, '/api/invitations/accept', { method: 'POST', body: { token } })
  expect(status).toBe(200)
  return someone
}

async function head(): Promise<number> {
  const [row] = await topology.postgres.owner<{ position: number }[]>`
    select position::int from streams where name = ${ada.stream}`
  return row?.position ?? 0
}

function newAddress(): string {
  return `${randomUUID()}@example.com`
}
