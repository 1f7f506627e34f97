import type { Invitation, Member } from '#shared/protocol/resources.ts'
import type { AssignableRole, Role } from '#shared/roles.ts'
import type { Tx } from '../core/tenant.ts'

export type MemberRow = {
  id: string
  userId: string
  email: string
  displayName: string
  avatarHash: string | null
  role: Role
  joinedAt: string
}

export type InvitationRow = {
  id: string
  workspaceId: string
  email: string
  role: AssignableRole
  status: 'pending' | 'expired'
  holdsSeat: boolean
  line: number
  invitedBy: string
  invitedByName: string
  sentAt: string
  expiresAt: string
  askedAt: string | null
}

export function memberOf(row: MemberRow): Member {
  const { id, userId, email, displayName, role, joinedAt } = row
  return { id, userId, email, displayName, avatarUrl: avatarUrlOf(row.avatarHash), role, joinedAt }
}

export function avatarUrlOf(hash: string | null): string | null {
  return hash === null ? null : `/api/avatars/${hash}`
}

export function invitationOf(row: InvitationRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    status: row.status,
    seat: row.holdsSeat ? 'held' : 'waiting',
    place: row.line,
    invitedBy: { memberId: row.invitedBy, displayName: row.invitedByName },
    sentAt: row.sentAt,
    expiresAt: row.expiresAt,
    askedAt: row.askedAt,
  }
}

export const invitationColumns = (tx: Tx) =>
  tx`id, workspace_id, email, role, status, holds_seat, line, invited_by, invited_by_name, sent_at, expires_at, asked_at`

const memberSelect = (tx: Tx) => tx`
  select m.id, m.user_id, u.email, m.display_name, m.avatar_hash, m.role, m.joined_at
  from members m join users u on u.id = m.user_id`

export function membersIn(tx: Tx, workspaceId: string) {
  return tx<MemberRow[]>`${memberSelect(tx)} where m.workspace_id = ${workspaceId} order by m.joined_at, m.id`
}

export function invitationsIn(tx: Tx, workspaceId: string) {
  return tx<InvitationRow[]>`
    select ${invitationColumns(tx)}
    from invitations
    where workspace_id = ${workspaceId} and status in ('pending', 'expired')
    order by sent_at, id`
}

/** The member, for sending together with other statements. */
export function memberWith(tx: Tx, workspaceId: string, memberId: string) {
  return tx<MemberRow[]>`${memberSelect(tx)} where m.workspace_id = ${workspaceId} and m.id = ${memberId}`
}

export function memberOfUser(tx: Tx, workspaceId: string, userId: string) {
  return tx<MemberRow[]>`${memberSelect(tx)} where m.workspace_id = ${workspaceId} and m.user_id = ${userId}`
}

export async function findMember(tx: Tx, workspaceId: string, memberId: string): Promise<MemberRow | undefined> {
  const [row] = await memberWith(tx, workspaceId, memberId)
  return row
}

/** The open invitation, for sending together with other statements. */
export function invitationWith(tx: Tx, workspaceId: string, id: string) {
  return tx<InvitationRow[]>`
    select ${invitationColumns(tx)}
    from invitations
    where workspace_id = ${workspaceId} and id = ${id} and status in ('pending', 'expired')`
}

export async function findInvitation(tx: Tx, workspaceId: string, id: string): Promise<InvitationRow | undefined> {
  const [row] = await invitationWith(tx, workspaceId, id)
  return row
}
