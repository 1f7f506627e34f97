/** The longest passage, in UTF-16 units: a few paragraphs, short enough to be shown and to be about one thing. */
export const mostOfPassage = 1_000

/** Where a text may be parted, the best first: between paragraphs, lines, sentences, words. */
const borders = [/\n\s*\n/g, /\n/g, /[.!?…。！？]["'”’)\]]*\s/g, /\s/g]

/**
 * Parts a text into passages of at most `most`: as few as fit, each as long as it can be and ending at the best border that
 * leaves it at least half full. A word that is longer than a passage is cut.
 */
export function passagesOf(text: string, most = mostOfPassage): string[] {
  const passages: string[] = []
  let rest = text.trim()
  while (rest.length > most) {
    const end = endOf(rest, most)
    passages.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  if (rest) passages.push(rest)
  return passages
}

/** The beginning of a text, of at most `most` code points, ending where a word does. */
export function cutAtWord(text: string, most: number): string {
  // a code point has one unit or two
  if (text.length <= most) return text
  const points = [...text.slice(0, 2 * most + 2)]
  if (points.length <= most) return text
  const head = points.slice(0, most).join('')
  if (/^\s/.test(text.slice(head.length))) return head.trimEnd()
  const end = lastEnd(/\s/g, head)
  return (end > head.length / 2 ? head.slice(0, end) : head).trimEnd()
}

function endOf(text: string, most: number): number {
  // one more, so that a border right behind what fits is seen
  const head = text.slice(0, most + 1)
  for (const border of borders) {
    const end = lastEnd(border, head)
    if (end > most / 2) return end
  }
  const end = lastEnd(/\s/g, head)
  if (end > 0) return end
  // never between the halves of one character
  return isHighSurrogate(text.charCodeAt(most - 1)) && most > 1 ? most - 1 : most
}

function lastEnd(border: RegExp, text: string): number {
  let end = 0
  for (const match of text.matchAll(border)) end = match.index + match[0].length
  return end
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
