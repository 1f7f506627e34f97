import { expect, test } from 'vitest'
import type { UserEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { runCommand } from '#server/core/run-command.ts'
import { expireInvitations } from '#server/membership/commands/expire-invitations.ts'
import { coreOf } from '../support/desk.ts'
import { connectLive } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { markRead, notificationsOf } from '../support/notifications.ts'
import { join, newTeam, newUser, type Person } from '../support/people.ts'
import { race } from '../support/race.ts'
import { verifyCommand } from '../support/verify-command.ts'

const node = useNode()

test('S3 two devices that read at once, while more comes in: each is read once, and none that nobody saw', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  for (let round = 0; round < 6; round += 1) {
    await come(ada, kay, workspace.id)
    const { items } = await notificationsOf(ada)
    const upTo = items[0]?.id ?? ''
    const { token } = await ada.inviteByMail(workspace.id, kay.email)
    const { position } = await ada.me()
    await verifyCommand(node(), ada, workspace.id, [ada, grace], () =>
      Promise.all([
        markRead(ada, { upTo }),
        markRead(ada, { ids: items.slice(0, 2).map(({ id }) => id) }),
        markRead(ada, { upTo }),
        kay.post('/api/invitations/decline', { token }),
      ]),
    )
    const told = (await eventsAfter(ada, position)).flatMap((event) =>
      event.type === 'notifications.read' ? event.data.read.flatMap(({ notificationIds }) => notificationIds) : [],
    )
    expect(new Set(told).size).toBe(told.length)
    expect(await notificationsOf(ada)).toMatchObject({ unread: 1, items: [{ kind: 'invitation.declined', readAt: null }, ...items.map(({ id }) => ({ id }))] }) // prettier-ignore
    await markRead(ada, { ids: [(await notificationsOf(ada)).items[0]?.id ?? ''] })
  }
}) // prettier-ignore

test('S3 reading against the end of one’s membership, and of one’s role: none is left behind', async () => {
  const { ada, grace, workspace, ...team } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  let { graceId } = team
  for (let round = 0; round < 9; round += 1) {
    await come(ada, kay, workspace.id)
    const path = `/api/workspaces/${workspace.id}/members/${graceId}`
    const { items } = await notificationsOf(grace)
    const end = round % 3 === 0 ? ada.delete(path) : ada.patch(path, { role: 'viewer' })
    const [read, ended] = await Promise.all([markRead(grace, { upTo: items[0]?.id ?? '' }), end])
    expect([read.status, ended.status < 300]).toEqual([204, true])
    expect(await notificationsOf(grace)).toEqual({ items: [], nextCursor: null, unread: 0 })
    expect((await grace.me()).unreadNotifications).toEqual({})
    if (round % 3 === 0) graceId = await join(ada, workspace.id, grace, 'admin')
    else await ada.patch(path, { role: 'admin' })
  }
})

test('an invitation that expires against the Admin’s demotion: they hear of it before that or never', async () => {
  const { ada, grace, graceId, workspace } = await newTeam(node())
  const path = `/api/workspaces/${workspace.id}/members/${graceId}`
  const { accountId } = workspace
  const seen = await race({ rounds: 12, possible: 2 }, async (n, later) => {
    const { body } = await ada.invite(workspace.id, `late.${n}.${ada.email}`)
    await node().owner`update invitations set expires_at = now() where id = ${body.id}`
    const { position } = await grace.me()
    const expire = () => runCommand(coreOf(node()), expireInvitations, { accountId })
    const demote = () => ada.patch(path, { role: 'viewer' })
    await (n % 2 ? Promise.all([expire(), later(demote)]) : Promise.all([demote(), later(expire)]))
    const heard = (await eventsAfter(grace, position)).map(({ type }) => type)
    expect(await notificationsOf(grace)).toMatchObject({ items: [], unread: 0 })
    expect(await node().owner`select id from notifications where user_id = ${grace.userId}`).toHaveLength(0)
    await ada.patch(path, { role: 'admin' })
    return [heard.join(' ')]
  })
  expect(seen).toEqual(['notification.created workspace.role_changed', 'workspace.role_changed'])
})

/** Kay is invited and declines: one more notification for whoever runs the workspace. */
async function come(ada: Person, kay: Person, workspaceId: string): Promise<void> {
  const { token } = await ada.inviteByMail(workspaceId, kay.email)
  await kay.post('/api/invitations/decline', { token })
}

async function eventsAfter(person: Person, position: number): Promise<UserEvent[]> {
  const live = await connectLive(node(), person)
  const told = await live.watch(streamOf('user', person.userId), position)
  live.close()
  if (!('events' in told)) throw new Error('The stream could not be watched.')
  return told.events as UserEvent[]
}
