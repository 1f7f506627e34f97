import { idOf, kindOf, type Stream } from '#shared/protocol/streams.ts'
import { enter, onOneConnection, readWithin, together, type Tx } from '../core/tenant.ts'
import { batched, stormPace } from '../db/batched.ts'
import type { Sql } from '../db/connect.ts'

/** Where a stream stands, and the workspace's stream above it, if any, at the same moment. */
export type Heads = { position: number; above: number | null }

export type Rights = {
  /** The workspace's stream that this one is below; undefined where there is no such stream. */
  parentOf: (stream: Stream) => Promise<Stream | undefined>
  /** The heads where this user may watch the stream now, else null: not theirs and not there are the same. */
  headsFor: (asked: Question) => Promise<Heads | null>
}

type Question = { stream: Stream; parent: Stream | null; userId: string }
type Known = Heads & { users: string[] }

/** Streams that one connection is asked about at a time. */
const mostAtOnce = 50

/** One query for each stream, however many ask at the same moment: a room of a thousand comes back in one. */
export function openRights(sql: Sql): Rights {
  const questions = batched<Question, Heads | null>(async (asked) => {
    const parentOf = new Map(asked.map(({ stream, parent }) => [stream, parent]))
    const usersOf = new Map<Stream, Set<string>>()
    for (const { stream, userId } of asked) usersOf.set(stream, (usersOf.get(stream) ?? new Set()).add(userId))
    const groups = [...usersOf].map(([stream, users]) => {
      return { stream, parent: parentOf.get(stream) ?? null, users: [...users] }
    })
    const known = new Map<Stream, Known | undefined>()
    const chunks = Array.from({ length: Math.ceil(groups.length / mostAtOnce) }, (_, n) =>
      groups.slice(n * mostAtOnce, (n + 1) * mostAtOnce),
    )
    await Promise.all(
      chunks.map(async (chunk) => {
        const rows = await readWatchers(sql, chunk)
        chunk.forEach(({ stream }, n) => known.set(stream, rows[n]))
      }),
    )
    return asked.map(({ stream, userId }) => {
      const row = known.get(stream)
      return row?.users.includes(userId) ? { position: row.position, above: row.above } : null
    })
  }, stormPace)
  const parents = batched<Stream, Stream | undefined>(async (streams) => {
    const [rows] = await readWithin(sql, { streams }, (tx) => [
      tx<{ name: Stream; parent: Stream }[]>`select name, parent from streams where name = any(${[...streams]})`,
    ])
    const parentOf = new Map(rows.map(({ name, parent }) => [name, parent]))
    return streams.map((stream) => parentOf.get(stream))
  }, stormPace)
  return {
    parentOf: (stream) => parents.load(stream),
    headsFor: (asked) => questions.load(asked),
  }
}

type Group = { stream: Stream; parent: Stream | null; users: string[] }

/** A transaction for each stream, so that each sees its own tenant and no other; sent together. */
function readWatchers(sql: Sql, groups: Group[]): Promise<(Known | undefined)[]> {
  return onOneConnection(sql, async (tx) => {
    const reads = groups.map((group) => {
      const owner = group.parent ?? group.stream
      const kind = kindOf(owner)
      const scope = { streams: [group.stream, owner], ...(kind !== 'user' && { [kind]: idOf(owner) }) }
      const found = watchers(tx, group)
      return { statements: [tx`begin read only`, enter(tx, scope), found, tx`commit`], found }
    })
    await together(...reads.flatMap(({ statements }) => statements))
    return Promise.all(reads.map(async ({ found }) => (await found)[0]))
  })
}

function watchers(tx: Tx, { stream, parent, users }: Group) {
  const id = idOf(parent ?? stream)
  const kind = kindOf(parent ?? stream)
  return tx<Known[]>`
    select position, (select above.position from streams above where above.name = ${parent}) as above, array(
      select wanted.user_id
      from unnest(${users}::uuid[]) as wanted (user_id)
      where case ${kind}
        when 'user' then wanted.user_id = ${id}
        when 'workspace' then exists (select from members m where m.workspace_id = ${id} and m.user_id = wanted.user_id)
        else exists (select from members m where m.account_id = ${id} and m.user_id = wanted.user_id)
      end
    ) as users
    from streams
    where name = ${stream} and parent is not distinct from ${parent}`
}
