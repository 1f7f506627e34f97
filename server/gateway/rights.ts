import { idOf, kindOf, type Stream } from '#shared/protocol/streams.ts'
import { enter, onOneConnection, together, type Tx } from '../core/tenant.ts'
import { batched, stormPace } from '../db/batched.ts'
import type { Sql } from '../db/connect.ts'

/** The stream's head where this user may watch it now, else null: not theirs and not there are the same. */
export type HeadFor = (stream: Stream, userId: string) => Promise<number | null>

type Question = { stream: Stream; userId: string }
type Known = { position: number; users: string[] }

/** Streams that one connection is asked about at a time. */
const mostAtOnce = 50

/** One query for each stream, however many ask at the same moment: a room of a thousand comes back in one. */
export function openRights(sql: Sql): HeadFor {
  const questions = batched<Question, number | null>(async (asked) => {
    const usersOf = new Map<Stream, Set<string>>()
    for (const { stream, userId } of asked) usersOf.set(stream, (usersOf.get(stream) ?? new Set()).add(userId))
    const groups = [...usersOf].map(([stream, users]) => ({ stream, users: [...users] }))
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
      return row?.users.includes(userId) ? row.position : null
    })
  }, stormPace)
  return (stream, userId) => questions.load({ stream, userId })
}

type Group = { stream: Stream; users: string[] }

/** A transaction for each stream, so that each sees its own tenant and no other; sent together. */
function readWatchers(sql: Sql, groups: Group[]): Promise<(Known | undefined)[]> {
  return onOneConnection(sql, async (tx) => {
    const reads = groups.map((group) => {
      const id = idOf(group.stream)
      const kind = kindOf(group.stream)
      const scope = { streams: [group.stream], ...(kind !== 'user' && { [kind]: id }) }
      const found = watchers(tx, group)
      return { statements: [tx`begin read only`, enter(tx, scope), found, tx`commit`], found }
    })
    await together(...reads.flatMap(({ statements }) => statements))
    return Promise.all(reads.map(async ({ found }) => (await found)[0]))
  })
}

function watchers(tx: Tx, { stream, users }: Group) {
  const id = idOf(stream)
  const kind = kindOf(stream)
  return tx<Known[]>`
    select position, array(
      select wanted.user_id
      from unnest(${users}::uuid[]) as wanted (user_id)
      where case ${kind}
        when 'user' then wanted.user_id = ${id}
        when 'workspace' then exists (select from members m where m.workspace_id = ${id} and m.user_id = wanted.user_id)
        else exists (select from members m where m.account_id = ${id} and m.user_id = wanted.user_id)
      end
    ) as users
    from streams
    where name = ${stream}`
}
