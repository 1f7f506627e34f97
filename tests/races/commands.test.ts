import { expect, test } from 'vitest'
import type { StreamEvent } from '#shared/protocol/events.ts'
import type { Invitation, Workspace } from '#shared/protocol/resources.ts'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import { connectLive } from '../support/live.ts'
import { tokenIn } from '../support/mail.ts'
import { useNode } from '../support/node.ts'
import { join, newPerson, newTeam, newUser, password, type Person } from '../support/people.ts'
import { userState } from '../support/states.ts'
import { applied, noUser } from '../support/verify-command.ts'

const node = useNode()
const times = <T>(n: number, make: (index: number) => T): T[] => Array.from({ length: n }, (_, index) => make(index))

test('twenty sign up with the same address: one account', async () => {
  const { email } = newPerson(node())
  const signUp = (n: number) => newPerson(node()).post('/api/auth/sign-up', { email, password, name: `Ada ${n}` })
  expect(tally(await Promise.all(times(20, signUp)))).toEqual({ 201: 1, 409: 19 })
})

test('twenty sign up by the same link: one account, one membership', async () => {
  const { ada, workspace } = await withSeats(5)
  const kay = newPerson(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  const body = { email: kay.email, password, name: 'Kay', invitationToken: token }
  const answers = await Promise.all(times(20, () => newPerson(node()).post('/api/auth/sign-up', body)))
  expect(tally(answers)).toEqual({ 201: 1, 404: 19 })
  expect((await ada.roster(workspace.id)).seats).toMatchObject({ active: 1, pending: 0 })
})

test('signing up by the link against accepting it as an account that was just made: one account, at most one membership', async () => {
  const { ada, workspace } = await withSeats(20)
  for (const n of times(8, (index) => index)) {
    const kay = newPerson(node(), `Kay${n}`)
    const { token } = await ada.inviteByMail(workspace.id, kay.email)
    const plain = newPerson(node(), kay.name)
    const body = { email: kay.email, password, name: kay.name }
    const answers = await Promise.all([kay.signUp(token), plain.post('/api/auth/sign-up', body)])
    expect(tally(answers)).toEqual({ 201: 1, 409: 1 })
    const { members } = await ada.roster(workspace.id)
    expect(members.some(({ email }) => email === kay.email)).toBe(answers[0].status === 201)
  }
})

test('two names that ask for the same numbered handle at once: both get one', async () => {
  const [ada, bob] = [await newUser(node()), await newUser(node(), 'Bob')]
  const create = (person: Person, name: string) => person.post<{ handle: string }>('/api/workspaces', { name })
  for (const n of times(25, (index) => index)) {
    await create(ada, `Twin${n}`)
    const answers = await Promise.all([create(ada, `Twin${n}`), create(bob, `Twin${n} 2`)])
    expect(tally(answers)).toEqual({ 201: 2 })
    expect(answers.map(({ body }) => body.handle)).toContain(`twin${n}-2`)
  }
})

test('29 fifty invite the same address: one invitation, one email', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const email = `wanted.${ada.email}`
  const answers = await Promise.all(times(50, (n) => (n % 2 ? ada : grace).invite(workspace.id, email)))
  expect(tally(answers)).toEqual({ 201: 1, 409: 49 })
  await expect.poll(emailsToSend, { timeout: 10_000, interval: 20 }).toBe(0)
  expect(node().mail.countTo(email)).toBe(1)
})

test('inviting an address against its joining: never a member who is invited as well', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  for (const n of times(8, (index) => index)) {
    const kay = await newUser(node(), `Kay${n}`)
    const { token } = await ada.inviteByMail(workspace.id, kay.email)
    const [accepted, invited] = await Promise.all([kay.accept(token), grace.invite(workspace.id, kay.email)])
    expect(accepted.status).toBe(200)
    expect(invited).toMatchObject({ status: 409 })
    expect((await ada.roster(workspace.id)).invitations.map(({ email }) => email)).not.toContain(kay.email)
  }
})

test('ten resend the same invitation: the newest link alone works', async () => {
  const { ada, workspace } = await withSeats(5)
  const email = `kay.${ada.email}`
  const { invitation, token } = await ada.inviteByMail(workspace.id, email)
  const path = `/api/workspaces/${workspace.id}/invitations/${invitation.id}/resend`
  expect(tally(await Promise.all(times(10, () => ada.post(path))))).toEqual({ 200: 10 })
  await expect.poll(emailsToSend, { timeout: 10_000, interval: 20 }).toBe(0)
  const links = new Set(
    node()
      .mail.received.filter(({ to }) => to === email)
      .map(tokenIn),
  )
  const previews = await Promise.all([...links].map((link) => ada.post('/api/invitations/preview', { token: link })))
  expect(links.size).toBeGreaterThan(1)
  expect(previews.filter(({ status }) => status === 200)).toHaveLength(1)
  expect((await ada.post('/api/invitations/preview', { token })).status).toBe(404)
})

test('resending at the moment at which a worker takes the job of the old link: the new one has its own', async () => {
  const { ada, workspace } = await withSeats(5)
  const { invitation } = await ada.inviteByMail(workspace.id, `kay.${ada.email}`)
  const key = `expire:${invitation.id}`
  const path = `/api/workspaces/${workspace.id}/invitations/${invitation.id}/resend`
  const resent = await node().owner.begin(async (tx) => {
    await tx`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'a worker' where key = ${key}`
    const answer = ada.post<Invitation>(path)
    await expect.poll(waitingForLocks, { timeout: 10_000, interval: 20 }).toBe(1)
    return [answer] as const
  })
  const { body } = await resent[0]
  const jobs = await node().owner`
    select run_at, locked_at from graphile_worker.jobs where key = ${key}`
  expect(jobs).toEqual([{ runAt: new Date(body.expiresAt), lockedAt: null }])
})

test('resending against accepting: the old link joins before, or is dead after', async () => {
  const { ada, workspace } = await withSeats(20)
  for (const n of times(10, (index) => index)) {
    const kay = await newUser(node(), `Kay${n}`)
    const { invitation, token } = await ada.inviteByMail(workspace.id, kay.email)
    const path = `/api/workspaces/${workspace.id}/invitations/${invitation.id}`
    const [accepted, resent] = await Promise.all([kay.accept(token), ada.post(`${path}/resend`)])
    expect([accepted.status, resent.status]).toEqual(accepted.status === 200 ? [200, 404] : [404, 200])
    const { members, invitations } = await ada.roster(workspace.id)
    expect(members.some(({ email }) => email === kay.email)).toBe(accepted.status === 200)
    expect(invitations.some(({ email }) => email === kay.email)).toBe(accepted.status !== 200)
  }
})

test('declining against accepting: one of the two, never both', async () => {
  const { ada, workspace } = await withSeats(20)
  for (const n of times(10, (index) => index)) {
    const kay = await newUser(node(), `Kay${n}`)
    const { token } = await ada.inviteByMail(workspace.id, kay.email)
    const answers = await Promise.all([kay.accept(token), kay.post('/api/invitations/decline', { token })])
    expect(tally(answers)).toEqual(answers[0].status === 200 ? { 200: 1, 404: 1 } : { 204: 1, 404: 1 })
    const { members } = await ada.roster(workspace.id)
    expect(members.some(({ email }) => email === kay.email)).toBe(answers[0].status === 200)
  }
})

test('the moment of expiry against accepting, resending and cancelling: one outcome, and the line fits it', async () => {
  const { ada, workspace } = await withSeats(1)
  for (const n of times(10, (index) => index)) {
    const kay = await newUser(node(), `Kay${n}`)
    const { invitation, token } = await ada.inviteByMail(workspace.id, kay.email)
    const path = `/api/workspaces/${workspace.id}/invitations/${invitation.id}`
    await node()
      .owner`update invitations set expires_at = now() + interval '10 milliseconds' where id = ${invitation.id}`
    const [, accepted, resent, cancelled] = await Promise.all([
      expireNow(invitation.id),
      kay.accept(token),
      ada.post(`${path}/resend`),
      ada.delete(path),
    ])
    expect([200, 404, 410]).toContain(accepted.status)
    expect([200, 404]).toContain(resent.status)
    expect(cancelled.status).toBe(accepted.status === 200 ? 404 : 204)
    const { members, invitations, seats } = await ada.roster(workspace.id)
    expect(members.some(({ email }) => email === kay.email)).toBe(accepted.status === 200)
    expect(invitations).toEqual([])
    expect(seats).toMatchObject({ active: members.length - 1, pending: 0 })
    for (const { id, role } of members)
      if (role !== 'owner') await ada.delete(`/api/workspaces/${workspace.id}/members/${id}`)
  }
})

test('changing an invitation’s role against accepting: who was answered first is what the member is', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  for (const n of times(10, (index) => index)) {
    const kay = await newUser(node(), `Kay${n}`)
    const { invitation, token } = await ada.inviteByMail(workspace.id, kay.email, 'viewer')
    const path = `/api/workspaces/${workspace.id}/invitations/${invitation.id}`
    const [accepted, changed] = await Promise.all([kay.accept(token), grace.patch(path, { role: 'admin' })])
    expect(accepted.status).toBe(200)
    expect([200, 404, 409]).toContain(changed.status)
    const member = (await ada.roster(workspace.id)).members.find(({ email }) => email === kay.email)
    expect(member?.role).toBe(changed.status === 200 ? 'admin' : 'viewer')
  }
})

test('removing and leaving at once: one of the two, and one seat comes free', async () => {
  const { ada, workspace } = await withSeats(1)
  for (const n of times(8, (index) => index)) {
    const kay = await newUser(node(), `Kay${n}`)
    const memberId = await join(ada, workspace.id, kay, 'viewer')
    const answers = await Promise.all([
      ada.delete(`/api/workspaces/${workspace.id}/members/${memberId}`),
      kay.post(`/api/workspaces/${workspace.id}/leave`),
      ada.delete(`/api/workspaces/${workspace.id}/members/${memberId}`),
    ])
    expect(tally(answers)).toEqual({ 204: 1, 404: 2 })
    expect((await ada.roster(workspace.id)).seats).toMatchObject({ active: 0, available: 1 })
  }
})

test('11 61 removing an Admin against what that Admin does: done before, or answered as nobody’s', async () => {
  const { ada, workspace } = await withSeats(20)
  for (const n of times(8, (index) => index)) {
    const eve = await newUser(node(), `Eve${n}`)
    const memberId = await join(ada, workspace.id, eve, 'admin')
    const email = `eve${n}.${ada.email}`
    const [removed, invited] = await Promise.all([
      ada.delete(`/api/workspaces/${workspace.id}/members/${memberId}`),
      eve.invite(workspace.id, email),
    ])
    expect(removed.status).toBe(204)
    expect([201, 404]).toContain(invited.status)
    const { invitations } = await ada.roster(workspace.id)
    expect(invitations.some((one) => one.email === email)).toBe(invited.status === 201)
  }
})

test('fifty changes of plan and add-on seats at once: the last one counts, and the line fits it', async () => {
  const { ada, workspace } = await withSeats(0)
  for (const n of times(6, (index) => index)) await ada.invite(workspace.id, `n${n}.${ada.email}`)
  const answers = await Promise.all(
    times(50, (n) => (n % 2 ? ada.setAddonSeats(n % 7) : ada.setPlan(n % 4 ? 'standard_ai' : 'free'))),
  )
  expect(tally(answers)).toEqual({ 200: 50 })
  const { account } = await ada.me()
  const { seats, invitations } = await ada.roster(workspace.id)
  expect(seats.limit).toBe(account.includedSeats + account.addonSeats)
  expect(invitations.filter(({ seat }) => seat === 'held')).toHaveLength(Math.min(6, seats.limit))
})

test('lowering the limit against 10 who accept: never more members than one of the two limits allows', async () => {
  const { ada, workspace } = await withSeats(10)
  const invited = []
  for (const n of times(10, (index) => index)) {
    const person = await newUser(node(), `P${n}`)
    invited.push({ person, ...(await ada.inviteByMail(workspace.id, person.email)) })
  }
  const [, ...answers] = await Promise.all([
    ada.setAddonSeats(4),
    ...invited.map(({ person, token }) => person.accept(token)),
  ])
  const joined = answers.filter(({ status }) => status === 200).length
  expect(tally(answers)).toEqual(joined === 10 ? { 200: 10 } : { 200: joined, 409: 10 - joined })
  const { seats } = await ada.roster(workspace.id)
  expect(joined).toBeGreaterThanOrEqual(4)
  expect(seats).toMatchObject({ limit: 4, active: joined, over: joined - 4, waiting: 10 - joined })
})

test('twenty display names and pictures of one member at once: the last event is what stays', async () => {
  const { ada, workspace } = await withSeats(0)
  const path = `/api/workspaces/${workspace.id}/membership`
  const answers = await Promise.all(times(20, (n) => ada.patch(path, { displayName: `Name ${n}` })))
  expect(tally(answers)).toEqual({ 200: 20 })
  const events = await eventsOf(ada, streamOf('workspace', workspace.id))
  const last = events.findLast((event) => event.type === 'member.profile_changed')
  expect((await ada.roster(workspace.id)).members[0]?.displayName).toBe(Reflect.get(last?.data ?? {}, 'displayName'))
})

test('five delete the same workspace: one does', async () => {
  const { ada, workspace } = await withSeats(0)
  expect(tally(await Promise.all(times(5, () => ada.delete(`/api/workspaces/${workspace.id}`))))).toEqual({
    204: 1,
    404: 4,
  })
})

test('deleting a workspace against joining, renaming and leaving it: gone in the end, nothing left of it', async () => {
  const { ada } = await withSeats(10)
  for (const n of times(6, (index) => index)) {
    const workspace = await ada.createWorkspace(`Gone ${n}`)
    const [kay, kim] = [await newUser(node(), `Kay${n}`), await newUser(node(), `Kim${n}`)]
    await join(ada, workspace.id, kim, 'admin')
    const { token } = await ada.inviteByMail(workspace.id, kay.email)
    const [deleted, ...others] = await Promise.all([
      ada.delete(`/api/workspaces/${workspace.id}`),
      kay.accept(token),
      kim.patch(`/api/workspaces/${workspace.id}`, { name: 'Still here' }),
      kim.post(`/api/workspaces/${workspace.id}/leave`),
    ])
    expect(deleted.status).toBe(204)
    for (const { status } of others) expect([200, 204, 404]).toContain(status)
    for (const person of [ada, kay, kim]) {
      expect((await person.me()).workspaces.map(({ id }) => id)).not.toContain(workspace.id)
      await expectOwnStreamFits(person)
    }
    const left = await node().owner`
      select name from streams where name = ${`workspace:${workspace.id}`}
      union all select id::text from members where workspace_id = ${workspace.id}
      union all select id::text from invitations where workspace_id = ${workspace.id}`
    expect(left).toEqual([])
  }
})

test('two workspaces take each other’s handles, former and current, at once: every handle leads to one of them', async () => {
  const [ada, bob] = [await newUser(node()), await newUser(node(), 'Bob')]
  const one = await ada.createWorkspace('Here')
  const two = await bob.createWorkspace('There')
  const move = (person: Person, { id }: Workspace, handle: string) => person.patch(`/api/workspaces/${id}`, { handle })
  for (const n of times(8, (index) => index)) {
    const handle = `contested-${n}`
    const answers = await Promise.all([move(ada, one, handle), move(bob, two, handle)])
    expect(tally(answers)).toEqual({ 200: 1, 409: 1 })
    const [winner, loser] = answers[0].status === 200 ? [ada, bob] : [bob, ada]
    expect((await winner.get(`/api/workspaces/by-handle/${handle}`)).status).toBe(200)
    expect((await loser.get(`/api/workspaces/by-handle/${handle}`)).status).toBe(404)
    // the winner gives it up while the loser takes it
    const [own, other] = winner === ada ? [one, two] : [two, one]
    const [, taken] = await Promise.all([move(winner, own, `free-${n}`), move(loser, other, handle)])
    expect([200, 409]).toContain(taken.status)
    const holder = taken.status === 200 ? loser : winner
    expect((await holder.get(`/api/workspaces/by-handle/${handle}`)).status).toBe(200)
  }
})

test('two owners accept each other’s invitations at once: both join, nobody waits for the other', async () => {
  const [ada, bob] = [await withSeats(20), await withSeats(20, 'Bob')]
  for (const n of times(6, (index) => index)) {
    const [hers, his] = [await ada.ada.createWorkspace(`A${n}`), await bob.ada.createWorkspace(`B${n}`)]
    const toBob = await ada.ada.inviteByMail(hers.id, bob.ada.email)
    const toAda = await bob.ada.inviteByMail(his.id, ada.ada.email)
    const answers = await Promise.all([bob.ada.accept(toBob.token), ada.ada.accept(toAda.token)])
    expect(tally(answers)).toEqual({ 200: 2 })
  }
  await expectOwnStreamFits(ada.ada)
  await expectOwnStreamFits(bob.ada)
})

test('S3 a seat that comes free elsewhere lets somebody in while the workspace is renamed: they have its name', async () => {
  const { ada, workspace } = await withSeats(1)
  const elsewhere = await ada.createWorkspace('Elsewhere')
  for (const n of times(12, (index) => index)) {
    const { invitation } = await ada.inviteByMail(elsewhere.id, `seat${n}.${ada.email}`)
    const kay = await newUser(node(), `Kay${n}`)
    const { token } = await ada.inviteByMail(workspace.id, kay.email)
    expect((await kay.accept(token)).status).toBe(409)
    const answers = await Promise.all([
      ada.delete(`/api/workspaces/${elsewhere.id}/invitations/${invitation.id}`),
      ...times(3, (round) => ada.patch(`/api/workspaces/${workspace.id}`, { name: `Name ${n}.${round}` })),
    ])
    expect(tally(answers)).toEqual({ 200: 3, 204: 1 })
    await expectOwnStreamFits(kay)
    await kay.post(`/api/workspaces/${workspace.id}/leave`)
  }
})

test('S3 a seat that comes free elsewhere lets somebody in while their role is changed: they have the role that was answered', async () => {
  const { ada, workspace } = await withSeats(1)
  const elsewhere = await ada.createWorkspace('Elsewhere')
  for (const n of times(8, (index) => index)) {
    const { invitation } = await ada.inviteByMail(elsewhere.id, `role${n}.${ada.email}`)
    const kay = await newUser(node(), `Kay${n}`)
    const mine = await ada.inviteByMail(workspace.id, kay.email, 'viewer')
    expect((await kay.accept(mine.token)).status).toBe(409)
    const [, changed] = await Promise.all([
      ada.delete(`/api/workspaces/${elsewhere.id}/invitations/${invitation.id}`),
      ada.patch(`/api/workspaces/${workspace.id}/invitations/${mine.invitation.id}`, { role: 'admin' }),
    ])
    expect([200, 404, 409]).toContain(changed.status)
    const own = (await kay.me()).workspaces.find(({ id }) => id === workspace.id)
    expect(own?.role).toBe(changed.status === 200 ? 'admin' : 'viewer')
    await expectOwnStreamFits(kay)
    await kay.post(`/api/workspaces/${workspace.id}/leave`)
  }
})

/** How often each status was answered. */
function tally(answers: { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

async function withSeats(seats: number, name = 'Ada') {
  const ada = await newUser(node(), name)
  await ada.setAddonSeats(seats)
  return { ada, workspace: await ada.createWorkspace() }
}

async function emailsToSend(): Promise<number> {
  const [row] = await node().owner<{ n: string }[]>`
    select count(*) as n from graphile_worker.jobs where task_identifier = 'send-email'`
  return Number(row?.n)
}

async function waitingForLocks(): Promise<number> {
  const [row] = await node().owner<{ n: string }[]>`
    select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return Number(row?.n)
}

/** Lets the invitation's own job come now. */
async function expireNow(id: string): Promise<void> {
  await node().owner`
    select graphile_worker.reschedule_jobs(array_agg(id), run_at => now())
    from graphile_worker.jobs
    where key = ${`expire:${id}`}`
}

async function eventsOf(person: Person, stream: Stream): Promise<StreamEvent[]> {
  const live = await connectLive(node(), person)
  const answer = await live.watch(stream, 0)
  live.close()
  if (!answer.ok || !('events' in answer)) throw new Error(`${stream} could not be watched.`)
  return answer.events
}

/** S3: what a person's own stream told them, from the first event on, is what their list is. */
async function expectOwnStreamFits(person: Person): Promise<void> {
  const stream = streamOf('user', person.userId)
  const events = await eventsOf(person, stream)
  expect(applied({ stream, state: noUser }, events)).toEqual(userState(await person.me()))
}
