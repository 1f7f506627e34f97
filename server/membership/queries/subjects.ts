import type { WorkspaceEvent } from '#shared/protocol/events.ts'
import type { Subject } from '#shared/protocol/history.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'

type Told = WorkspaceEvent['type']
/** Which events tell what of whom. */
const tellers: Readonly<Record<string, Partial<Record<keyof Subject, readonly Told[]>>>> = {
  member: {
    name: ['member.joined', 'member.profile_changed'],
    role: ['member.joined', 'member.role_changed'],
    email: ['member.joined', 'member.email_changed'],
  },
  invitation: {
    email: ['invitation.sent', 'invitation.resent'],
    role: ['invitation.sent', 'invitation.resent', 'invitation.role_changed'],
  },
  agent: { name: ['agent.created', 'agent.updated'] },
  workspace: { name: ['workspace.created', 'workspace.renamed'], handle: ['workspace.created', 'workspace.renamed'] },
}

/** Whom or what these events of a workspace are about, as they were before it, by position. The log itself knows. */
export async function readSubjects(sql: Sql, workspaceId: string, events: readonly WorkspaceEvent[]) {
  const stream = streamOf('workspace', workspaceId)
  const asked = events.flatMap(({ position, type, data }) =>
    Object.entries(tellers[type.split('.')[0] ?? ''] ?? {}).map(([fact, types]) => ({
      position,
      fact: fact as keyof Subject,
      subject: subjectOf(data),
      types,
    })),
  )
  const [rows] = await readWithin(sql, { workspace: workspaceId, streams: [stream] }, (tx) => [
    tx<{ position: number; fact: keyof Subject; data: object | null }[]>`
      select asked.position, asked.fact, last_told(${stream}, asked.subject, asked.types, asked.position) as data
      from jsonb_to_recordset(${tx.json(asked)}) as asked (position bigint, fact text, subject text, types text[])`,
  ])
  const subjects: Record<string, Subject> = {}
  for (const { position, fact, data } of rows) {
    subjects[position] = { ...(subjects[position] ?? nothing), [fact]: data && factsIn(data)[fact] }
  }
  return subjects
}

const nothing: Subject = { name: null, email: null, role: null, handle: null }

/** As `event_subject` of the database. */
function subjectOf(data: object): string {
  const ids: Partial<Record<string, string | { id: string }>> = { ...data }
  for (const noun of ['invitation', 'member', 'agent']) {
    const id = ids[`${noun}Id`]
    if (typeof id === 'string') return id
    const whole = ids[noun]
    if (typeof whole === 'object') return whole.id
  }
  return ''
}

type Facts = Partial<Subject> & { displayName?: string }

/** What an event's data says: of the whole, where it holds the whole. */
function factsIn(data: { member?: Facts; invitation?: Facts; agent?: Facts } & Facts): Partial<Subject> {
  const facts = data.member ?? data.invitation ?? data.agent ?? data
  return { ...facts, name: facts.displayName ?? facts.name ?? null }
}
