import { isDeepStrictEqual } from 'node:util'
import type { Stream } from '#shared/protocol/streams.ts'
import type { Evidence } from './invariant.ts'
import type { Someone, Visitor } from '../cast.ts'

/** Why what a page shows of a stream is not what a fresh reading gives; null where it is. `state`: what is compared of it. */
export function differenceIn(
  { log }: Evidence,
  { name, screen }: Someone | Visitor,
  stream: Stream,
  { fresh, state = (shown) => shown }: { fresh: unknown; state?: (shown: unknown) => unknown },
): string[] {
  const kept = screen.kept.get(stream)
  const head = log.get(stream)?.at(-1)?.position ?? 0
  if (!kept) return [`${name} does not see ${stream} at all`]
  if (kept.closed) return [`${name} may see ${stream} and was told that it is ${kept.closed}`]
  if (kept.position !== head) return [`${name} is at ${kept.position} of ${head} in ${stream}`]
  return isDeepStrictEqual(state(kept.state), fresh) ? [] : [`${name} does not see ${stream} as it is`]
}
