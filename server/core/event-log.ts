import {
  eventsOf,
  type AccountEvent,
  type Actor,
  type AgentEvent,
  type ConversationEvent,
  type StreamEvent,
  type UserEvent,
  type WorkspaceEvent,
} from '#shared/protocol/events.ts'
import { kindOf, streamOf, type Stream, type StreamKind } from '#shared/protocol/streams.ts'
import type { Sql } from '../db/sql.ts'
import { enter, readWithin, together, type Tx } from './tenant.ts'

type KindEvents = {
  workspace: WorkspaceEvent
  account: AccountEvent
  user: UserEvent
  agent: AgentEvent
  conversation: ConversationEvent
}

/** Who loses the right to a stream with this event (S5). Server-side only. */
export type Revocation = { users: string[] } | { session: string } | { everyone: true }

/**
 * An event as the log holds it. `behind`: of a stream below a workspace's, the position of that stream that it was
 * committed behind, or with; nobody may get it who was removed up to there.
 */
export type LoggedEvent = StreamEvent & { revokes: Revocation | null; behind: number | null }

/** What one transaction appended to one stream: positions are consecutive. */
export type Appended = { stream: Stream; events: LoggedEvent[] }

type Entry = { stream: Stream; type: string; actor: Actor | null; data: unknown; revokes: Revocation | null }

type Sendable = { execute: () => Promise<unknown> }

/** The events that a command appends, kept until its end: streams are locked last, in one order, for all at once. */
export class EventDraft {
  readonly entries: Entry[] = []
  readonly sent: PromiseLike<unknown>[] = []
  /** Why a statement that was only sent failed: what came after it failed because of it. */
  failure: unknown = null
  readonly ended = new Set<Stream>()
  /** The streams whose positions the answer tells. */
  readonly shown = new Set<Stream>()

  append<K extends StreamKind, T extends KindEvents[K]['type']>(
    kind: K,
    id: string,
    type: T,
    data: Extract<KindEvents[K], { type: T }>['data'],
    more: { actor?: Actor | null; revokes?: Revocation; aside?: boolean } = {},
  ): void {
    const schemas: Record<string, { parse(data: unknown): unknown } | undefined> = eventsOf[kind]
    const checked = schemas[type]?.parse(data)
    const stream = streamOf(kind, id)
    if (!more.aside) this.shown.add(stream)
    this.entries.push({
      stream,
      type,
      actor: more.actor ?? null,
      data: checked,
      revokes: more.revokes ?? null,
    })
  }

  /** Sends a statement whose answer nobody needs, and waits for it with the events. What is sent later finds it done. */
  send(statement: Sendable): void {
    const sent = statement.execute()
    sent.catch((error: unknown) => (this.failure ??= error))
    this.sent.push(sent)
  }

  /** The stream goes with what it told of, once this transaction's events of it are appended. */
  end(kind: StreamKind, id: string): void {
    this.ended.add(streamOf(kind, id))
  }

  get streams(): Stream[] {
    return [...new Set(this.entries.map((entry) => entry.stream))].sort()
  }
}

/** Starts the stream of a conversation at position 0: below its workspace's, and gone with its agent. */
export function startConversation(tx: Tx, ids: { workspaceId: string; agentId: string; id: string }) {
  const stream = streamOf('conversation', ids.id)
  return [
    enter(tx, { streams: [stream] }),
    tx`
      insert into streams (name, parent, agent_id)
      values (${stream}, ${streamOf('workspace', ids.workspaceId)}, ${ids.agentId})`,
  ] as const
}

/** Starts streams at position 0. */
export function startStreams(tx: Tx, streams: Stream[]) {
  return [enter(tx, { streams }), tx`insert into streams (name) select unnest(${streams}::text[])`] as const
}

/**
 * Appends the draft. Streams are locked in the order of their names, so two commands cannot wait for each other here;
 * the positions come from the locked heads, so they are gapless and in commit order (S1).
 * The statements are sent without waiting; the last thing sent is for the caller (a commit).
 */
export async function appendAll(
  tx: Tx,
  draft: EventDraft,
  at: string,
  last: () => PromiseLike<unknown>,
): Promise<Appended[]> {
  if (draft.entries.length === 0) {
    await together(...draft.sent, last())
    return []
  }
  const ending = draft.ended.size > 0 ? [tx`delete from streams where name = any(${[...draft.ended]})`] : []
  const statements = [
    enter(tx, { streams: [...draft.streams, ...draft.ended] }),
    insertEvents(tx, draft, at),
    ...ending,
  ] as const
  const [, rows] = await together(...statements, last(), ...draft.sent)
  return grouped(draft, rows, at)
}

function insertEvents(tx: Tx, draft: EventDraft, at: string) {
  const seen = new Map<Stream, number>()
  const rows = draft.entries.map((entry) => {
    const nth = (seen.get(entry.stream) ?? 0) + 1
    seen.set(entry.stream, nth)
    return { ...entry, nth }
  })
  return tx<Inserted[]>`
    with drafted as (
      select * from jsonb_to_recordset(${tx.json(rows as never)})
        as drafted (stream text, nth bigint, type text, actor jsonb, data jsonb, revokes jsonb)
    ),
    counted as (
      select stream, count(*) as events from drafted group by stream
    ),
    locked as (
      select name from streams
      where name = any(${draft.streams})
      order by name
      for update
    ),
    taken as (
      update streams
      set position = position + counted.events
      from locked join counted on counted.stream = locked.name
      where streams.name = locked.name
      returning streams.name, streams.position, streams.parent, streams.position - counted.events as before
    ),
    above as materialized (
      select parents.name, coalesce(own.position, there.position) as position
      from (select distinct parent as name from taken) parents
        left join taken own on own.name = parents.name
        left join streams there on there.name = parents.name
    )
    insert into events (stream, position, type, at, actor, data, revokes, behind)
    select
      taken.name, taken.before + drafted.nth,
      drafted.type, ${at}, nullif(drafted.actor, 'null'), drafted.data, nullif(drafted.revokes, 'null'),
      above.position
    from taken
      join drafted on drafted.stream = taken.name
      left join above on above.name = taken.parent
    returning stream, position, behind`
}

type Inserted = { stream: Stream; position: number; behind: number | null }

/**
 * The workspace's stream first: what was committed with an event of it stands behind that. Those of which there can be
 * any number come last.
 */
function grouped(draft: EventDraft, rows: readonly Inserted[], at: string): Appended[] {
  if (rows.length !== draft.entries.length) throw new Error('An event was appended to a stream that does not exist.')
  const firstOf = new Map<Stream, Inserted>()
  for (const row of rows)
    if (row.position < (firstOf.get(row.stream)?.position ?? Infinity)) firstOf.set(row.stream, row)
  const toldOf = new Map<Stream, LoggedEvent[]>(draft.streams.sort(byRank).map((stream) => [stream, []]))
  for (const { stream, type, data, actor, revokes } of draft.entries) {
    const { position: first = 0, behind = null } = firstOf.get(stream) ?? {}
    const events = toldOf.get(stream) ?? []
    events.push({ position: first + events.length, type, at, actor, data, revokes, behind } as LoggedEvent)
  }
  return [...toldOf].map(([stream, events]) => ({ stream, events }))
}

const rank: Readonly<Record<StreamKind, number>> = { workspace: 0, account: 1, agent: 2, user: 3, conversation: 4 }

function byRank(one: Stream, other: Stream): number {
  return rank[kindOf(one)] - rank[kindOf(other)]
}

/** The events of `stream` after `after`, at most `limit`, in order. */
export async function readEvents(sql: Sql, stream: Stream, after: number, limit: number): Promise<LoggedEvent[]> {
  const [events] = await readWithin(sql, { streams: [stream] }, (tx) => [eventsAfter(tx, stream, after, limit)])
  return [...events]
}

export function eventsAfter(tx: Tx, stream: Stream, after: number, limit: number) {
  return tx<LoggedEvent[]>`
    select position, type, at, actor, data, revokes, behind
    from events
    where stream = ${stream} and position > ${after}
    order by position
    limit ${limit}`
}

/** The heads of the given streams; one that has ended is missing. */
export async function readHeads(sql: Sql, streams: readonly Stream[]): Promise<Map<Stream, number>> {
  const [rows] = await readWithin(sql, { streams }, (tx) => [
    tx<{ name: Stream; position: number }[]>`select name, position from streams where name = any(${[...streams]})`,
  ])
  return new Map(rows.map((row) => [row.name, row.position]))
}
