import { idOf, kindOf, streamOf, type Stream } from '#shared/protocol/streams.ts'
import type { Face } from '#shared/protocol/visitors.ts'
import { enter, readWithin, together, type Scope, type Tx } from '../core/tenant.ts'
import { batched, stormPace } from '../db/batched.ts'
import type { Sql } from '../db/sql.ts'
import { faceOf, facesIn, type FaceRow } from '../messenger/faces.ts'
import type { Visitor } from './caller.ts'

/** Where a stream stands, and the workspace's stream above it, if any, at the same moment. */
export type Heads = { position: number; above: number | null }

/** Also who the user is in the workspace that it is about; null where it is about none. */
export type MemberHeads = Heads & { memberId: string | null }

/** Of a visitor's conversation, also how the members who wrote in it are called and look: as of `above`. */
export type VisitorHeads = Heads & { faces: Face[] }

export type Rights = {
  /** The workspace's stream that this one is below; undefined where there is no such stream. */
  parentOf: (stream: Stream) => Promise<Stream | undefined>
  /** The heads where this user may watch the stream now, else null: not theirs and not there are the same. */
  headsFor: (asked: Question) => Promise<MemberHeads | null>
  /** The same for a visitor and a conversation of theirs. */
  headsForVisitor: (asked: VisitorQuestion) => Promise<VisitorHeads | null>
  /** Who this user is where this agent has this conversation; null where they are nobody, or it has not. */
  memberAt: (asked: PlaceQuestion) => Promise<string | null>
}

type Question = { stream: Stream; parent: Stream | null; userId: string }
/** `users`: who may, and who each of them is there. */
type Known = Heads & { users: Record<string, string | null> }
type VisitorQuestion = { stream: Stream; visitor: Visitor }
type PlaceQuestion = { agentId: string; conversationId: string; userId: string }

/** No workspace has it. */
const nowhere = streamOf('workspace', '00000000-0000-0000-0000-000000000000')
/** Streams that one connection is asked about at a time. */
const mostAtOnce = 50

/** One query for each stream, however many ask at the same moment: a room of a thousand comes back in one. */
export function openRights(sql: Sql): Rights {
  const questions = batched<Question, MemberHeads | null>(async (asked) => {
    const parentOf = new Map(asked.map(({ stream, parent }) => [stream, parent]))
    const usersOf = new Map<Stream, Set<string>>()
    for (const { stream, userId } of asked) usersOf.set(stream, (usersOf.get(stream) ?? new Set()).add(userId))
    const groups = [...usersOf].map(([stream, users]) => {
      return { stream, parent: parentOf.get(stream) ?? null, users: [...users] }
    })
    const rows = await readEach(
      sql,
      groups.map((group) => ({ scope: scopeOf(group), read: (tx) => watchers(tx, group) })),
    )
    const known = new Map(groups.map(({ stream }, n) => [stream, rows[n]]))
    return asked.map(({ stream, userId }) => {
      const row = known.get(stream)
      const memberId = row?.users[userId]
      return row && memberId !== undefined ? { position: row.position, above: row.above, memberId } : null
    })
  }, stormPace)
  const visitorQuestions = batched<VisitorQuestion, VisitorHeads | null>(async (asked) => {
    const rows = await readEach(
      sql,
      asked.map((one) => ({ scope: visitorScope(one), read: (tx) => ownHeads(tx, one) })),
    )
    return rows.map((row) => (row ? { ...row, faces: row.faces.map(faceOf) } : null))
  }, stormPace)
  const parents = batched<Stream, Stream | undefined>(async (streams) => {
    const [rows] = await readWithin(sql, { streams }, (tx) => [
      tx<{ name: Stream; parent: Stream }[]>`select name, parent from streams where name = any(${[...streams]})`,
    ])
    const parentOf = new Map(rows.map(({ name, parent }) => [name, parent]))
    return streams.map((stream) => parentOf.get(stream))
  }, stormPace)
  const places = batched<PlaceQuestion, string | null>(async (asked) => {
    const above = await Promise.all(asked.map(({ agentId }) => parents.load(streamOf('agent', agentId))))
    const questions = asked.map((one, n) => ({ ...one, workspaceId: idOf(above[n] ?? nowhere) }))
    const rows = await readEach(
      sql,
      questions.map((one) => ({
        scope: { workspace: one.workspaceId, agent: one.agentId },
        read: (tx) => membership(tx, one),
      })),
    )
    return rows.map((row) => row?.memberId ?? null)
  }, stormPace)
  return {
    parentOf: (stream) => parents.load(stream),
    headsFor: (asked) => questions.load(asked),
    headsForVisitor: (asked) => visitorQuestions.load(asked),
    memberAt: (asked) => places.load(asked),
  }
}

type Group = { stream: Stream; parent: Stream | null; users: string[] }

type Read<Row> = { scope: Scope; read: (tx: Tx) => PromiseLike<readonly Row[]> }

/** A transaction for each, so that each sees its own tenant and no other; sent together, some on one connection. */
async function readEach<Row>(sql: Sql, reads: Read<Row>[]): Promise<(Row | undefined)[]> {
  const chunks = Array.from({ length: Math.ceil(reads.length / mostAtOnce) }, (_, n) =>
    reads.slice(n * mostAtOnce, (n + 1) * mostAtOnce),
  )
  const answers = chunks.map((chunk) =>
    sql.run(async (tx) => {
      const sent = chunk.map(({ scope, read }) => {
        const found = read(tx)
        return { statements: [tx`begin read only`, enter(tx, scope), found, tx`commit`], found }
      })
      await together(...sent.flatMap(({ statements }) => statements))
      return Promise.all(sent.map(async ({ found }) => (await found)[0]))
    }),
  )
  return (await Promise.all(answers)).flat()
}

function scopeOf({ stream, parent }: Group): Scope {
  const owner = parent ?? stream
  const kind = kindOf(owner)
  return { streams: [stream, owner], ...(kind !== 'user' && { [kind]: idOf(owner) }) }
}

function watchers(tx: Tx, { stream, parent, users }: Group) {
  const id = idOf(parent ?? stream)
  const kind = kindOf(parent ?? stream)
  return tx<Known[]>`
    select position, (select above.position from streams above where above.name = ${parent}) as above, (
      select coalesce(json_object_agg(wanted.user_id, m.id), '{}')
      from unnest(${users}::uuid[]) as wanted (user_id)
        left join members m on ${kind} = 'workspace' and m.workspace_id = ${id} and m.user_id = wanted.user_id
      where case ${kind}
        when 'user' then wanted.user_id = ${id}
        when 'workspace' then m.id is not null
        else exists (select from members o where o.account_id = ${id} and o.user_id = wanted.user_id)
      end
    ) as users
    from streams
    where name = ${stream} and parent is not distinct from ${parent}`
}

function visitorScope({ stream, visitor: { workspaceId, agentId } }: VisitorQuestion): Scope {
  return { workspace: workspaceId, agent: agentId, streams: [stream, streamOf('workspace', workspaceId)] }
}

function ownHeads(tx: Tx, { stream, visitor: { workspaceId, agentId, visitorId } }: VisitorQuestion) {
  const conversationId = idOf(stream)
  const parent = streamOf('workspace', workspaceId)
  return tx<(Heads & { faces: FaceRow[] })[]>`
    select
      s.position, above.position as above,
      (
        select coalesce(json_agg(json_build_object(
          'memberId', f.member_id, 'name', f.name, 'avatarHash', f.avatar_hash
        )), '[]')
        from (${facesIn(tx, { workspaceId, agentId, conversationId })}) f
      ) as faces
    from streams s
      join streams above on above.name = s.parent
      join conversations c on c.workspace_id = ${workspaceId} and c.agent_id = ${agentId} and c.id = ${conversationId}
      join agents a on a.workspace_id = c.workspace_id and a.id = c.agent_id
    where s.name = ${stream} and s.parent = ${parent} and c.visitor_id = ${visitorId} and a.messenger`
}

function membership(tx: Tx, { workspaceId, agentId, conversationId, userId }: PlaceQuestion & { workspaceId: string }) {
  return tx<{ memberId: string }[]>`
    select m.id as member_id
    from members m
    where m.workspace_id = ${workspaceId} and m.user_id = ${userId} and exists (
      select from conversations c
      where c.workspace_id = m.workspace_id and c.agent_id = ${agentId} and c.id = ${conversationId}
    )`
}
