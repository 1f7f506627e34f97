import { notificationKinds, type NotificationAbout, type NotificationKind } from '#shared/protocol/notifications.ts'
import { idOf, kindOf } from '#shared/protocol/streams.ts'
import { policy } from '#shared/policy.ts'
import type { AssignableRole } from '#shared/roles.ts'
import type { EventDraft } from '../core/event-log.ts'
import { newId } from '../core/ids.ts'
import type { Unit } from '../core/run-command.ts'
import { enter, together, type Tx } from '../core/tenant.ts'

type Told = EventDraft['entries'][number] & { type: NotificationKind }
type Manager = { id: string; userId: string }
type Invited = { id: string; email: string; role: AssignableRole }

/** Notifies whoever runs a workspace of what happened in it, each in their own stream; nobody of their own act. */
export async function notifyManagers(unit: Unit): Promise<void> {
  const told = unit.draft.entries.filter(isTold)
  for (const stream of new Set(told.map((entry) => entry.stream))) {
    const here = told.filter((entry) => entry.stream === stream)
    await notifyIn(unit, idOf(stream), here)
  }
}

function isTold(entry: EventDraft['entries'][number]): entry is Told {
  return kindOf(entry.stream) === 'workspace' && (notificationKinds as readonly string[]).includes(entry.type)
}

async function notifyIn({ tx, at, draft }: Unit, workspaceId: string, told: Told[]): Promise<void> {
  const ids = told.flatMap(({ data }) => invitationIn(data) ?? [])
  const [, managers, invitations] = await together(
    enter(tx, { workspace: workspaceId }),
    managersOf(tx, workspaceId),
    tx<Invited[]>`
      select id, email, role from invitations where workspace_id = ${workspaceId} and id = any(${ids})`,
  )
  const rows = told.flatMap(({ type, actor, data }) => {
    const about = aboutOf({ actor, data, invitations })
    const others = managers.filter(({ id }) => id !== actor?.memberId)
    return others.map(({ userId }) => ({ id: newId(), userId, kind: type, about }))
  })
  if (rows.length === 0) return
  draft.send(tx`
    insert into notifications (id, user_id, workspace_id, kind, about, at)
    select id, user_id, ${workspaceId}, kind, about, ${at}
    from jsonb_to_recordset(${tx.json(rows.map(({ userId, ...row }) => ({ ...row, user_id: userId })))})
      as row (id uuid, user_id uuid, kind text, about jsonb)`)
  for (const { id, userId } of rows) {
    draft.append('user', userId, 'notification.created', { workspaceId, notificationId: id }, { aside: true })
  }
}

/** Locked, since not every command here has the workspace's lock: whoever loses the role does so before this, or behind it. */
function managersOf(tx: Tx, workspaceId: string) {
  return tx<Manager[]>`
    select id, user_id
    from members
    where workspace_id = ${workspaceId} and role = any(${[...policy['notification.receive']]})
    order by id
    for share`
}

type Happened = Pick<Told, 'actor' | 'data'> & { invitations: readonly Invited[] }

function aboutOf({ actor, data, invitations }: Happened): NotificationAbout {
  const invitationId = invitationIn(data)
  const invitation = invitations.find(({ id }) => id === invitationId)
  return {
    name: actor?.displayName ?? null,
    email: invitation?.email ?? null,
    role: invitation?.role ?? null,
    memberId: actor?.memberId ?? null,
    invitationId,
  }
}

function invitationIn(data: unknown): string | null {
  return (data as { invitationId?: string }).invitationId ?? null
}
