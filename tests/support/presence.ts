import type { PresenceFrame, Present } from '#shared/protocol/presence.ts'
import type { Stream } from '#shared/protocol/streams.ts'

/** Who is in a workspace and where, by member, after these frames; null: nobody has been told of everybody yet. */
export function shownIn(frames: readonly PresenceFrame[], stream: Stream): Record<string, string[]> | null {
  let shown: Map<string, string[]> | null = null
  let gathered: Present[] = []
  for (const { whole, more, here, gone } of frames.filter((frame) => frame.stream === stream)) {
    if (whole) gathered.push(...here)
    if (more) continue
    if (whole) {
      shown = new Map(gathered.map(({ memberId, places }) => [memberId, places]))
      gathered = []
    }
    if (!shown) continue
    for (const { memberId, places } of here) shown.set(memberId, places)
    for (const memberId of gone) shown.delete(memberId)
  }
  return shown && Object.fromEntries(shown)
}
