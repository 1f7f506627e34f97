import type { PageOf } from '#shared/protocol/page.ts'

/** A page of at most `limit`, from the rows of a query that asked for one more, to know whether there is a next one. */
export function pageFrom<Item extends { id: string }>(found: readonly Item[], limit: number): PageOf<Item> {
  const items = found.slice(0, limit)
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}
