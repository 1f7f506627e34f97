import { expect, test } from 'vitest'
import { accountExportAnswer, type AccountExport } from '#shared/protocol/account.ts'
import { notificationsAnswer } from '#shared/protocol/notifications.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { expireInvitations } from '#server/membership/commands/expire-invitations.ts'
import { runCommand } from '#server/core/run-command.ts'
import { readWithin } from '#server/core/tenant.ts'
import { cleanUp } from '#server/jobs/clean-up.ts'
import { coreOf } from '../support/desk.ts'
import { connectLive, positionIn } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { markRead, newest, notificationsOf, readAll } from '../support/notifications.ts'
import { join, newPerson, newTeam, newUser, password, type Person } from '../support/people.ts'
import { verifyCommand } from '../support/verify-command.ts'

const node = useNode()

test('S3 Owner and Admins hear that an invitation was accepted, and nobody else does', async () => {
  const { ada, grace, edsger, barbara, workspace } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  const { invitation, token } = await ada.inviteByMail(workspace.id, kay.email, 'editor')
  await readAll(ada, grace)
  const everybody = [ada, grace, edsger, barbara, kay]
  const { body } = await verifyCommand(node(), ada, workspace.id, everybody, () => kay.accept(token))
  for (const manager of [ada, grace]) {
    const answer = await notificationsOf(manager)
    expect(notificationsAnswer.parse(answer)).toEqual(answer)
    expect(answer.unread).toBe(1)
    expect((await manager.me()).unreadNotifications).toEqual({ [workspace.id]: 1 })
    expect(answer.items[0]).toMatchObject({
      kind: 'invitation.accepted',
      workspace: { id: workspace.id, name: 'Acme', handle: workspace.handle },
      about: { name: 'Kay', email: kay.email, role: 'editor', memberId: body.member.id, invitationId: invitation.id },
      readAt: null,
    })
  }
  for (const other of [edsger, barbara, kay]) {
    expect(await notificationsOf(other)).toEqual({ items: [], nextCursor: null, unread: 0 })
  }
})

test('S3 they hear of what was declined, of what expired, of who waits for a seat and of who left', async () => {
  const { ada, grace, edsger, workspace } = await newTeam(node())
  await ada.setPlan('free')
  await ada.setAddonSeats(3)
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  const verified = <R>(act: () => Promise<R>) => verifyCommand(node(), ada, workspace.id, [ada, grace, kay], act)
  await verified(() => kay.accept(token))
  expect(await newest(grace)).toEqual([`invitation.waiting ${kay.email}`])
  await verified(() => kay.post('/api/invitations/decline', { token }))
  expect(await newest(grace)).toEqual([`invitation.declined ${kay.email}`])
  const { body: late } = await ada.invite(workspace.id, kay.email)
  await node().owner`update invitations set expires_at = now() where id = ${late.id}`
  const { accountId } = workspace
  await verified(() => runCommand(coreOf(node()), expireInvitations, { accountId }))
  expect(await newest(ada)).toEqual([`invitation.expired ${kay.email}`])
  await verified(() => edsger.post(`/api/workspaces/${workspace.id}/leave`))
  for (const manager of [ada, grace]) expect(await newest(manager)).toEqual(['member.left Edsger'])
})

test('nobody is notified of their own act, nor by what they did to others', async () => {
  const { ada, grace, graceId, barbaraId, workspace } = await newTeam(node())
  await readAll(ada, grace)
  const path = `/api/workspaces/${workspace.id}`
  await ada.patch(`${path}/members/${barbaraId}`, { role: 'editor' })
  await ada.delete(`${path}/members/${barbaraId}`)
  expect([(await notificationsOf(ada)).unread, (await notificationsOf(grace)).unread]).toEqual([0, 0])
  await grace.post(`${path}/leave`)
  expect((await notificationsOf(ada)).items[0]).toMatchObject({ kind: 'member.left', about: { memberId: graceId } })
  expect((await notificationsOf(grace)).items).toEqual([])
  // who joins as Admin does not hear of it
  await join(ada, workspace.id, grace, 'admin')
  expect((await notificationsOf(grace)).items).toEqual([])
})

test('S2 S3 reading is told to all of a person’s pages; again, or of what is not theirs, it changes nothing', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const { items } = await notificationsOf(ada)
  expect(items.map(({ about }) => about.name)).toEqual(['Barbara', 'Edsger', 'Grace'])
  const [barbara, edsger] = items as [(typeof items)[0], (typeof items)[0]]
  const verified = (act: () => ReturnType<typeof markRead>) => verifyCommand(node(), ada, workspace.id, [ada], act)
  const live = await connectLive(node(), ada)
  const stream = streamOf('user', ada.userId)
  await live.watch(stream, (await ada.me()).position)
  const answer = await verified(() => markRead(ada, { ids: [barbara.id] }))
  expect(answer.status).toBe(204)
  await live.untilPosition(stream, positionIn(answer.headers, stream))
  const read = { type: 'notifications.read', data: { read: [{ workspaceId: workspace.id, notificationIds: [barbara.id] }] } }
  expect(live.eventsOf(stream)).toMatchObject([read])
  live.close()
  expect((await notificationsOf(ada)).items.map(({ readAt }) => readAt !== null)).toEqual([true, false, false])
  await verified(() => markRead(ada, { upTo: edsger.id }))
  expect((await ada.me()).unreadNotifications).toEqual({})
  const { position } = await ada.me()
  const [own] = (await notificationsOf(grace)).items
  for (const which of [{ ids: [barbara.id] }, { upTo: edsger.id }, { ids: [own?.id ?? ''] }]) {
    const again = await markRead(ada, which)
    expect([again.status, again.headers.get('stream-position')]).toEqual([204, null])
  }
  expect((await ada.me()).position).toBe(position)
  expect((await notificationsOf(grace)).unread).toBe(2)
}) // prettier-ignore

test('what is to be read is named one way, and well', async () => {
  const ada = await newUser(node())
  const id = crypto.randomUUID()
  const bad = [{}, { ids: [] }, { ids: ['x'] }, { upTo: 1 }, { upTo: id, ids: [id] }, { ids: Array(101).fill(id) }]
  for (const body of bad) {
    expect(await ada.post('/api/notifications/read', body)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  }
  for (const query of ['?limit=0', '?limit=101', '?cursor=x', '?kind=x']) {
    expect(await ada.get(`/api/notifications${query}`)).toMatchObject({ status: 400 })
  }
}) // prettier-ignore

test('the list comes in pages, over all workspaces, by their present names', async () => {
  const { ada, workspace } = await newTeam(node())
  const other = await ada.createWorkspace('Other')
  await join(ada, other.id, await newUser(node(), 'Kay'), 'viewer')
  await ada.patch(`/api/workspaces/${workspace.id}`, { name: 'Acme & Sons' })
  const first = await notificationsOf(ada, '?limit=3')
  const second = await notificationsOf(ada, `?limit=3&cursor=${first.nextCursor}`)
  const shown = [...first.items, ...second.items].map((one) => `${one.about.name} ${one.workspace.name}`)
  expect(shown).toEqual(['Kay Other', 'Barbara Acme & Sons', 'Edsger Acme & Sons', 'Grace Acme & Sons'])
  expect([first.unread, second.nextCursor]).toEqual([4, null])
  expect((await ada.me()).unreadNotifications).toEqual({ [workspace.id]: 3, [other.id]: 1 })
})

test('S3 whoever is Admin no more finds nothing of that workspace, and hears nothing new', async () => {
  const { ada, grace, graceId, workspace } = await newTeam(node())
  const path = `/api/workspaces/${workspace.id}/members/${graceId}`
  expect((await notificationsOf(grace)).unread).toBe(2)
  await verifyCommand(node(), ada, workspace.id, [ada, grace], () => ada.patch(path, { role: 'editor' }))
  await join(ada, workspace.id, await newUser(node(), 'Kay'), 'viewer')
  expect(await notificationsOf(grace)).toMatchObject({ items: [], unread: 0 })
  await verifyCommand(node(), ada, workspace.id, [ada, grace], () => ada.patch(path, { role: 'admin' }))
  expect(await notificationsOf(grace)).toMatchObject({ items: [], unread: 0 })
  await join(ada, workspace.id, await newUser(node(), 'Alan'), 'viewer')
  expect(await newest(grace, 5)).toEqual(['invitation.accepted Alan'])
})

test('S3 whoever is removed, or whose workspace is deleted, keeps no name and no address of it', async () => {
  const { ada, grace, graceId, workspace } = await newTeam(node())
  const left = () => node().owner`select id from notifications where workspace_id = ${workspace.id}`
  await verifyCommand(node(), ada, workspace.id, [ada, grace], () =>
    ada.delete(`/api/workspaces/${workspace.id}/members/${graceId}`),
  )
  expect(await notificationsOf(grace)).toEqual({ items: [], nextCursor: null, unread: 0 })
  expect((await grace.me()).unreadNotifications).toEqual({})
  expect(await left()).toHaveLength(3)
  await ada.delete(`/api/workspaces/${workspace.id}`)
  expect(await left()).toHaveLength(0)
  expect((await ada.me()).unreadNotifications).toEqual({})
})

test('no name and no address of a notification stands in anybody’s log', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const email = `secret.${ada.email}`
  const { token } = await ada.inviteByMail(workspace.id, email)
  const stranger = newPerson(node(), 'Stranger')
  const declined = await stranger.post('/api/invitations/decline', { token })
  expect(await newest(grace)).toEqual([`invitation.declined ${email}`])
  const log = await node().owner`
    select data from events where stream = ${streamOf('user', grace.userId)} and type like 'notification%'`
  expect(JSON.stringify(log)).not.toContain('@')
  // nor does whoever declines learn who runs the workspace
  for (const manager of [ada, grace]) expect(declined.headers.get('stream-position')).not.toContain(manager.userId)
})

test('a copy of one’s data has them, without whom they are about; the end of an account ends them', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const { body } = await grace.get<AccountExport>('/api/account/export')
  expect(accountExportAnswer.parse(body)).toEqual(body)
  expect(body.notifications).toMatchObject([
    { workspaceId: workspace.id, kind: 'invitation.accepted', readAt: null },
    { workspaceId: workspace.id, kind: 'invitation.accepted', readAt: null },
  ])
  expect(JSON.stringify(body.notifications)).not.toContain('@')
  expect((await grace.call('DELETE', '/api/account', { password })).status).toBe(204)
  expect(await node().owner`select id from notifications where user_id = ${grace.userId}`).toHaveLength(0)
  expect(await newest(ada)).toEqual(['member.left Grace'])
})

test('S3 after ninety days they go; what was unread until then is read first, live', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  await age(ada, '91 days')
  await age(grace, '89 days')
  await verifyCommand(node(), ada, workspace.id, [ada, grace], () => cleanUp(coreOf(node())))
  expect(await notificationsOf(ada)).toEqual({ items: [], nextCursor: null, unread: 0 })
  expect(await notificationsOf(grace)).toMatchObject({ unread: 2 })
})

test('T1 a list is seen by its person alone, and is of workspaces that they are a member of', async () => {
  const { ada, grace } = await newTeam(node())
  const seenBy = async (user: string) => {
    const [rows] = await readWithin(node().sql, { user }, (tx) => [
      tx<{ userId: string }[]>`select user_id from notifications`,
    ])
    return rows
  }
  expect(new Set((await seenBy(grace.userId)).map(({ userId }) => userId))).toEqual(new Set([grace.userId]))
  expect(await seenBy(ada.userId)).toHaveLength(3)
  const foreign = node().owner`
    insert into notifications (user_id, id, workspace_id, kind, about, at)
    values (${grace.userId}, gen_random_uuid(), ${(await ada.createWorkspace('Other')).id}, 'member.left', '{}', now())`
  await expect(foreign).rejects.toMatchObject({ code: '23503' })
})

function age({ userId }: Person, by: string) {
  return node().owner`update notifications set at = at - ${by}::interval where user_id = ${userId}`
}
