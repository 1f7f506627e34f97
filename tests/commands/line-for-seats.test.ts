import { expect, test } from 'vitest'
import type { Invitation, Workspace } from '#shared/protocol/resources.ts'
import { positionIn } from '../support/live.ts'
import { tokenIn } from '../support/mail.ts'
import { useNode } from '../support/node.ts'
import { join, newPerson, newUser, type Failure, type Person } from '../support/people.ts'
import { verifyCommand } from '../support/verify-command.ts'

const node = useNode()

test('S2 S3 asking to join with no seat left is remembered once, by the workspace and by whoever asks', async () => {
  const { ada, workspace } = await full(0)
  const { person, token } = await invited(ada, workspace, 'Kay')
  const first = await verifyCommand(node(), ada, workspace.id, [ada, person], () => person.accept(token))
  expect(first).toMatchObject({ status: 409, body: { code: 'seats_exhausted' } })
  expect(positionIn(first.headers, `workspace:${workspace.id}`)).toBeGreaterThan(0)
  const { askedAt } = (await person.me()).waiting[0] ?? {}
  const again = await person.accept(token)
  expect(again).toMatchObject({ status: 409, body: { code: 'seats_exhausted' } })
  expect(again.headers.get('stream-position')).toBeNull()
  expect((await person.me()).waiting).toMatchObject([{ askedAt }])
})

test('S3 a higher plan lets in whoever asked, in the order of the line and not of the asking', async () => {
  const { ada, workspace } = await full(0)
  const line = []
  for (const name of ['A', 'B', 'C', 'D', 'E']) line.push(await invited(ada, workspace, name))
  // B never asked, so it holds its seat unused; the others ask from the end
  for (const one of [4, 3, 2, 0]) await line[one]?.person.accept(line[one].token)
  const people = [ada, ...line.map(({ person }) => person)]
  const { status, headers } = await verifyCommand(node(), ada, workspace.id, people, () => ada.setPlan('standard_ai'))
  expect(status).toBe(200)
  expect(headers.get('stream-position')).toContain(`workspace:${workspace.id}=`)
  const roster = await ada.roster(workspace.id)
  expect(roster.members.slice(1).map(({ displayName }) => displayName)).toEqual(['A', 'C'])
  expect(roster.invitations.map(({ seat }) => seat)).toEqual(['held', 'waiting', 'waiting'])
  expect(roster.seats).toMatchObject({ plan: 'standard_ai', limit: 3, active: 2, used: 3, waiting: 2 })
})

test('S2 S3 a lower plan takes seats from the end of the line; choosing what is already so changes nothing', async () => {
  const { ada, workspace } = await full(0)
  await ada.setPlan('pro_ai')
  const kay = await newUser(node(), 'Kay')
  await join(ada, workspace.id, kay, 'viewer')
  for (const n of [1, 2, 3, 4]) await ada.invite(workspace.id, `n${n}.${ada.email}`)
  await verifyCommand(node(), kay, workspace.id, [ada, kay], () => ada.setPlan('standard_ai'))
  const roster = await kay.roster(workspace.id)
  expect(roster.invitations.map(({ seat }) => seat)).toEqual(['held', 'held', 'waiting', 'waiting'])
  const again = await ada.setPlan('standard_ai')
  expect(again.status).toBe(200)
  expect(again.headers.get('stream-position')).toBeNull()
})

test('S3 add-on seats come on top of the plan, and let in whoever is next', async () => {
  const { ada, workspace } = await full(3, 'standard_ai')
  const { person, token } = await invited(ada, workspace, 'Kay')
  await person.accept(token)
  await verifyCommand(node(), ada, workspace.id, [ada, person], () => ada.setAddonSeats(1))
  expect((await ada.roster(workspace.id)).seats).toMatchObject({ limit: 4, active: 1, used: 4, waiting: 0 })
  expect((await person.me()).waiting).toEqual([])
  expect(await ada.setAddonSeats(-1)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
})

test.each(['removed', 'left', 'cancelled', 'declined', 'expired', 'deleted elsewhere'] as const)(
  'S3 the seat that comes free when somebody is %s joins the next who asked, in the same transaction',
  async (how) => {
    const ada = await newUser(node())
    await ada.setAddonSeats(1)
    const workspace = await ada.createWorkspace()
    const elsewhere = await ada.createWorkspace('Elsewhere')
    const { prepare, act } = await holder(how, ada, how === 'deleted elsewhere' ? elsewhere : workspace)
    const { person, token } = await invited(ada, workspace, 'Kay')
    expect((await person.accept(token)).status).toBe(409)
    await prepare?.()
    await verifyCommand(node(), ada, workspace.id, [ada, person], act)
    const { members, seats } = await ada.roster(workspace.id)
    expect(members.map(({ email }) => email)).toEqual([ada.email, person.email])
    expect(seats).toMatchObject({ limit: 1, active: 1, used: 1, waiting: 0 })
    expect((await person.me()).waiting).toEqual([])
  },
)

test('S3 a resent invitation that is pending keeps its place; one that has expired goes to the end of the line', async () => {
  const { ada, workspace } = await full(0)
  await ada.setAddonSeats(1)
  const [first, second] = [await invited(ada, workspace, 'First'), await invited(ada, workspace, 'Second')]
  const resend = (id: string) =>
    verifyCommand(node(), ada, workspace.id, [ada], () =>
      ada.post<Invitation>(`/api/workspaces/${workspace.id}/invitations/${id}/resend`),
    )
  expect((await resend(first.id)).body).toMatchObject({ status: 'pending', seat: 'held' })
  expect(await seatOf(ada, workspace, second.id)).toBe('waiting')
  await expire(ada, workspace, first.id)
  expect(await seatOf(ada, workspace, second.id)).toBe('held')
  expect((await resend(first.id)).body).toMatchObject({ status: 'pending', seat: 'waiting' })
  expect(await seatOf(ada, workspace, second.id)).toBe('held')
})

test('S3 an invitation past its days that is resent before its job came loses its place all the same', async () => {
  const { ada, workspace } = await full(0)
  await ada.setAddonSeats(1)
  const [first, second] = [await invited(ada, workspace, 'First'), await invited(ada, workspace, 'Second')]
  await node().owner`update invitations set expires_at = now() where id = ${first.id}`
  await verifyCommand(node(), ada, workspace.id, [ada], () =>
    ada.post(`/api/workspaces/${workspace.id}/invitations/${first.id}/resend`),
  )
  expect(await seatOf(ada, workspace, first.id)).toBe('waiting')
  expect(await seatOf(ada, workspace, second.id)).toBe('held')
})

test('S3 the wait of somebody whose invitation expires ends, and they can ask again once it is resent', async () => {
  const { ada, workspace } = await full(0)
  const { person, id, token } = await invited(ada, workspace, 'Kay')
  await person.accept(token)
  await node().owner`update invitations set expires_at = now() where id = ${id}`
  await verifyCommand(node(), ada, workspace.id, [ada, person], () => runExpiry(ada, workspace, id))
  expect((await person.me()).waiting).toEqual([])
  expect(await person.accept(token)).toMatchObject({ status: 410, body: { code: 'invitation_expired' } })
  const sent = node().mail.countTo(person.email)
  await ada.post(`/api/workspaces/${workspace.id}/invitations/${id}/resend`)
  const fresh = tokenIn(await node().mail.next(person.email, sent))
  expect(await person.accept(fresh)).toMatchObject({ status: 409, body: { code: 'seats_exhausted' } })
})

test('S3 whoever waits sees at once what changes about it: role, workspace name, days', async () => {
  const { ada, workspace } = await full(0)
  const { person, id, token } = await invited(ada, workspace, 'Kay')
  await person.accept(token)
  const path = `/api/workspaces/${workspace.id}`
  const verified = (act: () => Promise<unknown>) => verifyCommand(node(), ada, workspace.id, [ada, person], act)
  await verified(() => ada.patch(`${path}/invitations/${id}`, { role: 'admin' }))
  await verified(() => ada.patch(path, { name: 'Renamed' }))
  await verified(() => ada.post(`${path}/invitations/${id}/resend`))
  expect((await person.me()).waiting).toMatchObject([{ role: 'admin', workspaceName: 'Renamed' }])
})

test('S2 the role of an invitation: what it is already changes nothing, and one that is not pending keeps its own', async () => {
  const { ada, workspace } = await full(0)
  const { id } = await invited(ada, workspace, 'Kay')
  const path = `/api/workspaces/${workspace.id}/invitations/${id}`
  const same = await ada.patch(path, { role: 'editor' })
  expect(same.status).toBe(200)
  expect(same.headers.get('stream-position')).toBeNull()
  expect(await ada.patch(path, { role: 'owner' })).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  await expire(ada, workspace, id)
  expect(await ada.patch(path, { role: 'admin' })).toMatchObject({
    status: 409,
    body: { code: 'invitation_not_pending' },
  })
})

test('the invited person alone declines: not somebody signed in as another, and not twice', async () => {
  const { ada, workspace } = await full(0)
  const { person, token } = await invited(ada, workspace, 'Kay')
  const decline = (who: Person) => who.post<Failure>('/api/invitations/decline', { token })
  expect(await decline(ada)).toMatchObject({ status: 403, body: { code: 'wrong_account' } })
  await person.accept(token)
  expect((await verifyCommand(node(), ada, workspace.id, [ada, person], () => decline(person))).status).toBe(204)
  expect(await decline(person)).toMatchObject({ status: 404, body: { code: 'invitation_not_found' } })
})

test('S3 an expired invitation gives way to a new one for the same address', async () => {
  const { ada, workspace } = await full(1)
  const { person, id } = await invited(ada, workspace, 'Kay')
  await expire(ada, workspace, id)
  const answer = await verifyCommand(node(), ada, workspace.id, [ada], () => ada.invite(workspace.id, person.email))
  expect(answer.status).toBe(201)
  const open = (await ada.roster(workspace.id)).invitations.filter(({ email }) => email === person.email)
  expect(open.map((one) => one.id)).toEqual([answer.body.id])
})

/** An Owner's workspace in which that many seats are all held by pending invitations. */
async function full(seats: number, plan: 'free' | 'standard_ai' = 'free') {
  const ada = await newUser(node())
  if (plan === 'free') await ada.setAddonSeats(seats)
  else await ada.setPlan(plan)
  const workspace = await ada.createWorkspace()
  for (let n = 0; n < seats; n += 1) await ada.invite(workspace.id, `full${n}.${ada.email}`)
  return { ada, workspace }
}

async function invited(ada: Person, workspace: Workspace, name: string) {
  const person = await newUser(node(), name)
  const { invitation, token } = await ada.inviteByMail(workspace.id, person.email)
  return { person, token, id: invitation.id }
}

type Loss = { prepare?: () => Promise<unknown>; act: () => Promise<unknown> }

/** Somebody who has the only seat, and what takes it from them. */
async function holder(how: string, ada: Person, workspace: Workspace): Promise<Loss> {
  const path = `/api/workspaces/${workspace.id}`
  const kim = await newUser(node(), 'Kim')
  if (how === 'removed' || how === 'left' || how === 'deleted elsewhere') {
    const memberId = await join(ada, workspace.id, kim, 'viewer')
    if (how === 'left') return { act: () => kim.post(`${path}/leave`) }
    return { act: () => ada.delete(how === 'removed' ? `${path}/members/${memberId}` : path) }
  }
  const { invitation, token } = await ada.inviteByMail(workspace.id, kim.email)
  if (how === 'cancelled') return { act: () => ada.delete(`${path}/invitations/${invitation.id}`) }
  if (how === 'declined') return { act: () => newPerson(node()).post('/api/invitations/decline', { token }) }
  return {
    prepare: () => node().owner`update invitations set expires_at = now() where id = ${invitation.id}`,
    act: () => runExpiry(ada, workspace, invitation.id),
  }
}

async function expire(ada: Person, workspace: Workspace, id: string): Promise<void> {
  await node().owner`update invitations set expires_at = now() where id = ${id}`
  await runExpiry(ada, workspace, id)
}

/** Lets the invitation's own job come now, and waits for what it does to show. */
async function runExpiry(ada: Person, workspace: Workspace, id: string): Promise<void> {
  await node().owner`
    select graphile_worker.reschedule_jobs(array_agg(id), run_at => now())
    from graphile_worker.jobs
    where key = ${`expire:${id}`}`
  const status = async () => (await ada.roster(workspace.id)).invitations.find((one) => one.id === id)?.status
  await expect.poll(status, { timeout: 10_000, interval: 20 }).toBe('expired')
}

async function seatOf(ada: Person, workspace: Workspace, id: string): Promise<string | undefined> {
  return (await ada.roster(workspace.id)).invitations.find((one) => one.id === id)?.seat
}
