import { expect, test } from 'vitest'
import type { Workspace } from '#shared/protocol/resources.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newTeam, newUser, type Failure, type Person } from '../support/people.ts'
import { verifyCommand, verifyFromTheStart } from '../support/verify-command.ts'

const node = useNode()

test('S3 a workspace is created with its creator as Owner, and shows in the switcher behind the default one', async () => {
  const ada = await newUser(node())
  const [own] = (await ada.me()).workspaces
  const { status, body } = await verifyCommand(node(), ada, own?.id ?? '', [ada], () => create(ada, { name: 'Acme' }))
  expect(status).toBe(201)
  expect(body).toMatchObject({ name: 'Acme', handle: 'acme', isDefault: false, role: 'owner', memberCount: 1 })
  expect((await ada.me()).workspaces.map(({ name }) => name)).toEqual(['Ada’s workspace', 'Acme'])
  await verifyFromTheStart(node(), ada, body.id)
})

test.each([
  ['Müller & Söhne', 'muller-sohne'],
  ['株式会社', 'zhushihuishe'],
  ['Кофейня', 'kofeynya'],
  ['ガイド', 'gaido'],
  ['हिन्दी', 'hindi'],
  ['Admin', 'admin-2'],
  ['a', 'a-workspace'],
])('the name %j gives the handle %j', async (name, handle) => {
  const { body } = await create(await newUser(node()), { name })
  expect(body.handle).toBe(handle)
})

test('a name that leaves no handle gets a random one, and a taken one the next free number', async () => {
  const ada = await newUser(node())
  expect((await create(ada, { name: '!!!' })).body.handle).toMatch(/^workspace-[a-z0-9]{1,6}$/)
  const handles = []
  for (const name of ['Taken', 'taken!', 'Täken']) handles.push((await create(ada, { name })).body.handle)
  expect(handles).toEqual(['taken', 'taken-2', 'taken-3'])
})

test('89 a handle that is taken, reserved or malformed is refused, and no workspace is made', async () => {
  const ada = await newUser(node())
  const taken = await ada.createWorkspace('Somewhere')
  const before = (await ada.me()).workspaces
  for (const [handle, status, code] of [
    [taken.handle, 409, 'handle_taken'],
    ['admin', 400, 'invalid_input'],
    ['Ada', 400, 'invalid_input'],
    ['a--b', 400, 'invalid_input'],
    ['ab', 400, 'invalid_input'],
  ] as const) {
    expect(await create(ada, { name: 'New', handle })).toMatchObject({ status, body: { code } })
  }
  expect((await ada.me()).workspaces).toEqual(before)
})

test('S2 S3 a new name keeps the handle, and naming it what it is called changes nothing', async () => {
  const { ada, grace, barbara, workspace } = await newTeam(node())
  const path = `/api/workspaces/${workspace.id}`
  const { status, body } = await verifyCommand(node(), barbara, workspace.id, [ada, grace, barbara], () =>
    grace.patch<Workspace>(path, { name: 'Acme & Sons' }),
  )
  expect(status).toBe(200)
  expect(body).toMatchObject({ name: 'Acme & Sons', handle: workspace.handle, role: 'admin' })
  const again = await grace.patch(path, { name: 'Acme & Sons', handle: workspace.handle })
  expect(again.status).toBe(200)
  expect(again.headers.get('stream-position')).toBeNull()
})

test('S3 former handles lead to the workspace, however many there are, and it can take one back', async () => {
  const { ada, barbara, mallory, workspace } = await newTeam(node())
  const handles = [workspace.handle, 'second-name', 'third-name']
  for (const handle of handles.slice(1)) {
    await verifyCommand(node(), ada, workspace.id, [ada, barbara], () => rehandle(ada, workspace, handle))
  }
  for (const handle of handles) {
    expect(await byHandle(barbara, handle)).toMatchObject({
      status: 200,
      body: { id: workspace.id, handle: 'third-name' },
    })
    expect(await byHandle(mallory, handle)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  }
  await verifyCommand(node(), ada, workspace.id, [ada], () => rehandle(ada, workspace, workspace.handle))
  for (const handle of handles) {
    expect(await byHandle(barbara, handle)).toMatchObject({ status: 200, body: { handle: workspace.handle } })
  }
})

test('a former handle belongs to whoever takes it, and no longer leads to where it did', async () => {
  const { ada, barbara, mallory, workspace } = await newTeam(node())
  await rehandle(ada, workspace, 'moved-on')
  const { status, body: theirs } = await create(mallory, { name: 'Mine now', handle: workspace.handle })
  expect(status).toBe(201)
  expect((await byHandle(barbara, workspace.handle)).status).toBe(404)
  expect(await byHandle(mallory, workspace.handle)).toMatchObject({ status: 200, body: { id: theirs.id } })
  expect(await rehandle(ada, workspace, workspace.handle)).toMatchObject({
    status: 409,
    body: { code: 'handle_taken' },
  })
  // given up by the second one, it is the second one's former handle, not the first one's again
  await rehandle(mallory, theirs, 'mine-again')
  expect((await byHandle(barbara, workspace.handle)).status).toBe(404)
  expect(await byHandle(mallory, workspace.handle)).toMatchObject({ status: 200, body: { id: theirs.id } })
})

test('88 S3 S5 a deleted workspace goes from every list, frees its seats, and whoever waits for one elsewhere comes in', async () => {
  const { ada, grace, edsger, workspace } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  const other = await ada.createWorkspace('Other')
  const { token } = await ada.inviteByMail(other.id, kay.email)
  await ada.setPlan('free')
  await ada.setAddonSeats(3)
  expect((await kay.accept(token)).status).toBe(409)

  const stream = streamOf('workspace', workspace.id)
  const account = streamOf('account', workspace.accountId)
  const live = await connectLive(node(), edsger)
  await live.watch(stream)
  await live.watch(account)
  const people = [ada, grace, edsger, kay]
  const { status } = await verifyCommand(node(), ada, other.id, people, () =>
    ada.delete(`/api/workspaces/${workspace.id}`),
  )
  expect(status).toBe(204)
  await live.until(() => live.closed.length === 2)
  expect(live.closed).toContainEqual({ stream, code: 'deleted' })
  expect(live.closed).toContainEqual({ stream: account, code: 'removed' })
  expect((await ada.roster(other.id)).seats).toMatchObject({ limit: 3, active: 1, used: 1, waiting: 0 })
  expect((await kay.me()).workspaces.map(({ id }) => id)).toContain(other.id)
  expect((await edsger.me()).workspaces.map(({ id }) => id)).not.toContain(workspace.id)
  live.close()
})

test('S3 whoever waited for a seat in a workspace that is deleted is told, and its link and handle are free', async () => {
  const ada = await newUser(node())
  const workspace = await ada.createWorkspace('Doomed')
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  await kay.accept(token)
  const [own] = (await ada.me()).workspaces
  await verifyCommand(node(), ada, own?.id ?? '', [ada, kay], () => ada.delete(`/api/workspaces/${workspace.id}`))
  expect((await kay.me()).waiting).toEqual([])
  expect(await kay.accept(token)).toMatchObject({ status: 404, body: { code: 'invitation_not_found' } })
  expect((await create(kay, { name: 'Next', handle: workspace.handle })).status).toBe(201)
})

test('S2 neither the default workspace nor somebody else’s is deleted', async () => {
  const { ada, grace, mallory, workspace } = await newTeam(node())
  const [own] = (await ada.me()).workspaces
  expect(await ada.delete(`/api/workspaces/${own?.id}`)).toMatchObject({
    status: 409,
    body: { code: 'default_workspace' },
  })
  expect(await grace.delete(`/api/workspaces/${workspace.id}`)).toMatchObject({
    status: 403,
    body: { code: 'forbidden' },
  })
  expect(await mallory.delete(`/api/workspaces/${workspace.id}`)).toMatchObject({ status: 404 })
  expect((await ada.me()).workspaces).toHaveLength(2)
})

function create(person: Person, body: { name: string; handle?: string }) {
  return person.post<Workspace & Failure>('/api/workspaces', body)
}

function rehandle(person: Person, { id }: Workspace, handle: string) {
  return person.patch<Workspace & Failure>(`/api/workspaces/${id}`, { handle })
}

function byHandle(person: Person, handle: string) {
  return person.get<Workspace & Failure>(`/api/workspaces/by-handle/${handle}`)
}
