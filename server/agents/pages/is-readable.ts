/** Beyond these nobody has written a page for readers, and reading it could take minutes. */
export const most = { tags: 20_000, angles: 100_000, depth: 400 }

/** Whether a page is built so that it can be read in time. Linear: this is what keeps the rest from being more. */
export function isReadable(html: string): boolean {
  let [angles, tags, depth] = [0, 0, 0]
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) {
    if ((angles += 1) > most.angles) return false
  }
  for (const [, close, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
    if (!close && (tags += 1) > most.tags) return false
    if (endless.has(name.toLowerCase())) continue
    depth = Math.max(0, depth + (close ? -1 : 1))
    if (depth > most.depth) return false
  }
  return true
}

/** Tags that have no end or are often not given one, and so say nothing of how deep a page is. */
const endless = new Set(
  'area base br col dd dt embed hr img input li link meta option p param source td th tr track wbr'.split(' '),
)
