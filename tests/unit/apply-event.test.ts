import { expect, test } from 'vitest'
import { noUser } from '../support/verify-command.ts'
import { seatsOf } from '#shared/plans.ts'
import type { Conversation, Message } from '#shared/protocol/agents/conversations.ts'
import { mostMessagesInSnapshot } from '#shared/state/snapshots.ts'
import type { ConversationEvent, UserEvent, WorkspaceEvent } from '#shared/protocol/events.ts'
import type { Agent, Invitation, Member, WaitingInvitation } from '#shared/protocol/resources.ts'
import {
  applyAccountEvent,
  applyAgentEvent,
  applyConversationEvent,
  applyUserEvent,
  applyWorkspaceEvent,
} from '#shared/state/apply-event.ts'
import { firstMessenger } from '#shared/protocol/agents/messenger.ts'
import type {
  ConversationState,
  JoinedWorkspace,
  UserState,
  WorkspaceState,
  WorkspaceSummary,
} from '#shared/state/snapshots.ts'

const at = '2026-11-23T00:00:00.000Z'
const workspace: WorkspaceSummary = { id: 'w', accountId: 'a', name: 'Acme', handle: 'acme', isDefault: false, createdAt: at } // prettier-ignore
const ada = memberOf('m1', 'owner')
const grace = memberOf('m2', 'admin')
const kay = invitationOf('i1')
const kim = invitationOf('i2')
const desk: Agent = {
  id: 'g1',
  name: 'Desk',
  language: 'en',
  greeting: '',
  helpDesk: false,
  messenger: firstMessenger,
  createdAt: at,
}
const state: WorkspaceState = { workspace, members: [ada, grace], invitations: [kay, kim], agents: [desk] }

test('a workspace begins with its creation and ends with its deletion; nothing is applied to one that is not there', () => {
  const created = on(null, 'workspace.created', workspace)
  expect(created).toEqual({ workspace, members: [], invitations: [], agents: [] })
  expect(on(created, 'workspace.deleted', {})).toBeNull()
  expect(on(null, 'member.joined', { member: ada })).toBeNull()
})

test.each([
  ['workspace.renamed', { name: 'New', handle: 'new' }, { workspace: { ...workspace, name: 'New', handle: 'new' } }],
  ['member.role_changed', { memberId: 'm2', role: 'viewer' }, { members: [ada, { ...grace, role: 'viewer' }] }],
  ['member.profile_changed', { memberId: 'm2', displayName: 'G', avatarUrl: '/x' }, { members: [ada, { ...grace, displayName: 'G', avatarUrl: '/x' }] }],
  ['member.removed', { memberId: 'm2' }, { members: [ada] }],
  ['member.left', { memberId: 'm2' }, { members: [ada] }],
  ['invitation.role_changed', { invitationId: 'i1', role: 'admin' }, { invitations: [{ ...kay, role: 'admin' }, kim] }],
  ['invitation.waiting', { invitationId: 'i1', askedAt: at }, { invitations: [{ ...kay, askedAt: at }, kim] }],
  ['invitation.seat_withdrawn', { invitationId: 'i1' }, { invitations: [{ ...kay, seat: 'waiting' }, kim] }],
  ['invitation.seat_granted', { invitationId: 'i1' }, { invitations: [kay, kim] }],
  ['invitation.expired', { invitationId: 'i1' }, { invitations: [{ ...kay, status: 'expired', seat: 'waiting' }, kim] }],
  ['invitation.cancelled', { invitationId: 'i1' }, { invitations: [kim] }],
  ['invitation.declined', { invitationId: 'i1' }, { invitations: [kim] }],
  ['invitation.accepted', { invitationId: 'i1', memberId: 'm3' }, { invitations: [kim] }],
  ['invitation.resent', { invitation: { ...kay, sentAt: '2026-11-24T00:00:00.000Z' } }, { invitations: [kim, { ...kay, sentAt: '2026-11-24T00:00:00.000Z' }] }],
  ['agent.created', { agent: { ...desk, id: 'g0' } }, { agents: [{ ...desk, id: 'g0' }, desk] }],
  ['agent.updated', { agent: { ...desk, name: 'Front' } }, { agents: [{ ...desk, name: 'Front' }] }],
  ['agent.deleted', { agentId: 'g1' }, { agents: [] }],
] as const)('%s changes exactly what it tells', (type, data, changed) => {
  expect(on(deepFrozen(state), type, data)).toEqual({ ...state, ...changed })
}) // prettier-ignore

test('members stand in the order of joining and invitations in that of sending, whatever order they come in', () => {
  const early = { ...memberOf('m0', 'viewer'), joinedAt: '2026-11-22T00:00:00.000Z' }
  expect(on(deepFrozen(state), 'member.joined', { member: early })?.members).toEqual([early, ada, grace])
  const first = { ...invitationOf('i0'), sentAt: '2026-11-22T00:00:00.000Z' }
  expect(on(deepFrozen(state), 'invitation.sent', { invitation: first })?.invitations).toEqual([first, kay, kim])
})

test('what an event is not about stays the very same object, so that a screen draws nothing twice', () => {
  const after = on(deepFrozen(state), 'member.role_changed', { memberId: 'm2', role: 'viewer' })
  expect(after?.invitations).toBe(state.invitations)
  expect(after?.members[0]).toBe(ada)
})

test('an event of a newer server, which this page does not know, changes nothing', () => {
  for (const apply of [
    applyWorkspaceEvent,
    applyAccountEvent,
    applyUserEvent,
    applyAgentEvent,
    applyConversationEvent,
  ] as const) {
    const event = { position: 1, type: 'planet.discovered', at, actor: null, data: {} }
    expect(apply(state as never, event as never)).toBe(state)
  }
})

test('an event about somebody unknown changes nothing', () => {
  expect(on(deepFrozen(state), 'member.role_changed', { memberId: 'nobody', role: 'viewer' })).toEqual(state)
  expect(on(deepFrozen(state), 'invitation.expired', { invitationId: 'nobody' })).toEqual(state)
})

test('the switcher stands in its order: the default one, the owned ones, then the joined ones, by name', () => {
  const given = [joined('z', 'viewer', 'alpha'), joined('y', 'owner', 'Zeta'), joined('x', 'owner', 'home', true), joined('w', 'admin', 'Beta')] // prettier-ignore
  const after = given.reduce<UserState>(
    (own, one) => onUser(own, 'workspace.added', { workspace: one }),
    deepFrozen(noUser),
  )
  expect(after.workspaces.map(({ name }) => name)).toEqual(['home', 'Zeta', 'alpha', 'Beta'])
  const renamed = onUser(deepFrozen(after), 'workspace.renamed', { workspaceId: 'w', name: 'Aaa', handle: 'aaa' })
  expect(renamed.workspaces.map(({ name }) => name)).toEqual(['home', 'Zeta', 'Aaa', 'alpha'])
  const gone = onUser(deepFrozen(renamed), 'workspace.removed', { workspaceId: 'y', name: 'Zeta', reason: 'deleted' })
  expect(gone.workspaces.map(({ name }) => name)).toEqual(['home', 'Aaa', 'alpha'])
})

test('a wait that is told again keeps its place, and ends when its invitation is closed', () => {
  const waits = [waitingOf('i1'), waitingOf('i2')]
  const own = deepFrozen<UserState>({ ...noUser, waiting: waits })
  const again = { ...waitingOf('i1'), role: 'admin' as const, workspaceName: 'Renamed' }
  expect(onUser(own, 'invitation.waiting', { invitation: again }).waiting).toEqual([again, waits[1]])
  expect(onUser(own, 'invitation.waiting', { invitation: waitingOf('i3') }).waiting).toHaveLength(3)
  const closed = onUser(own, 'invitation.closed', { invitationId: 'i1', workspaceName: 'Acme', outcome: 'expired' })
  expect(closed.waiting).toEqual([waits[1]])
  expect(onUser(own, 'session.ended', { sessionId: 's' })).toBe(own)
  expect(onUser(own, 'conversation.read', { workspaceId: 'w', agentId: 'g', conversationId: 'c', upTo: 1 })).toBe(own)
})

test('what is unread is what was created without what was read, for as long as one runs the workspace', () => {
  const created = (own: UserState, workspaceId: string) =>
    onUser(deepFrozen(own), 'notification.created', { workspaceId, notificationId: 'n' })
  const three = ['w1', 'w2', 'w1'].reduce(created, noUser)
  expect(three.unreadNotifications).toEqual({ w1: 2, w2: 1 })
  const read = (...of: [string, string[]][]) => ({
    read: of.map(([workspaceId, notificationIds]) => ({ workspaceId, notificationIds })),
  })
  const one = onUser(deepFrozen(three), 'notifications.read', read(['w1', ['a']], ['w2', ['b']]))
  expect(one.unreadNotifications).toEqual({ w1: 1 })
  const promoted = onUser(deepFrozen(three), 'workspace.role_changed', { workspaceId: 'w1', role: 'admin' })
  expect(promoted.unreadNotifications).toEqual({ w1: 2, w2: 1 })
  const demoted = onUser(deepFrozen(three), 'workspace.role_changed', { workspaceId: 'w1', role: 'editor' })
  expect(demoted.unreadNotifications).toEqual({ w2: 1 })
  const gone = onUser(deepFrozen(demoted), 'workspace.removed', { workspaceId: 'w2', name: 'Two', reason: 'removed' })
  expect(gone.unreadNotifications).toEqual({})
})

test('seats are told whole; that they are exhausted changes no figure', () => {
  const [old, fresh] = [0, 3].map((addonSeats) => seatsOf({ plan: 'free', addonSeats, active: 0, pending: 0 }))
  if (!old || !fresh) throw new Error('There are two figures.')
  const envelope = { position: 1, at, actor: null }
  expect(applyAccountEvent(old, { ...envelope, type: 'seats.changed', data: fresh })).toBe(fresh)
  expect(applyAccountEvent(old, { ...envelope, type: 'seats.exhausted', data: { used: 0, limit: 0 } })).toBe(old)
})

test('a conversation begins empty; each message counts and is its newest news; the state holds the newest hundred', () => {
  const conversation: Conversation = { id: 'c1', agentId: 'g1', contactId: null, state: 'open', assigneeId: null, messageCount: 0, createdAt: at, updatedAt: at } // prettier-ignore
  const begun = onConversation(null, 'conversation.created', { conversation })
  expect(begun).toEqual({ conversation, messages: [] })
  expect(onConversation(null, 'message.created', { message: messageOf(1) })).toBeNull()
  const written = Array.from({ length: mostMessagesInSnapshot + 2 }, (_, n) => messageOf(n + 1))
  const long = written.reduce<ConversationState>(
    (before, message) => onConversation(deepFrozen(before), 'message.created', { message }, message.at),
    begun,
  )
  expect(long?.messages).toEqual(written.slice(2))
  expect(long?.conversation).toEqual({ ...conversation, messageCount: written.length, updatedAt: written.at(-1)?.at })
  const resolved = { ...conversation, state: 'resolved' as const, messageCount: written.length }
  const after = onConversation(deepFrozen(long), 'conversation.updated', { conversation: resolved })
  expect(after).toEqual({ conversation: resolved, messages: long?.messages })
  expect(after?.messages).toBe(long?.messages)
})

function on(before: WorkspaceState, type: WorkspaceEvent['type'], data: object): WorkspaceState {
  return applyWorkspaceEvent(before, { position: 1, at, actor: null, type, data } as WorkspaceEvent)
}

function onUser(before: UserState, type: UserEvent['type'], data: object): UserState {
  return applyUserEvent(before, { position: 1, at, actor: null, type, data } as UserEvent)
}

function onConversation(before: ConversationState, type: ConversationEvent['type'], data: object, when = at) {
  return applyConversationEvent(before, { position: 1, at: when, actor: null, type, data } as ConversationEvent)
}

function messageOf(n: number): Message {
  const written = new Date(Date.parse(at) + n).toISOString()
  return { id: `x${n}`, conversationId: 'c1', author: { kind: 'contact', memberId: null, name: '' }, text: `${n}`, at: written } // prettier-ignore
}

function memberOf(id: string, role: Member['role']): Member {
  return { id, userId: `u-${id}`, email: `${id}@example.com`, displayName: id, avatarUrl: null, role, joinedAt: at }
}

function invitationOf(id: string): Invitation {
  const invitedBy = { memberId: 'm1', displayName: 'm1' }
  return { id, email: `${id}@example.com`, role: 'viewer', status: 'pending', seat: 'held', place: 1, invitedBy, sentAt: at, expiresAt: at, askedAt: null } // prettier-ignore
}

function joined(id: string, role: Member['role'], name: string, isDefault = false): JoinedWorkspace {
  return { id, accountId: 'a', name, handle: id, isDefault, role, memberId: `m-${id}`, createdAt: at }
}

function waitingOf(invitationId: string): WaitingInvitation {
  return { invitationId, workspaceName: 'Acme', role: 'viewer', askedAt: at, expiresAt: at }
}

/** A reducer that changed what it was given would throw. */
function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen)
  return value
}
