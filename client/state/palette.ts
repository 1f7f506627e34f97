/** A line of the command menu: what it is called, and by what else it is found. */
export type PaletteItem = {
  id: string
  title: string
  detail?: string
  /** Found by these, too, though they are not shown. */
  also?: string
  act: () => void
}

export type PaletteGroup<Item extends PaletteItem = PaletteItem> = { name: string; items: Item[] }
/** Where items come from. Those that are only found are not listed before something is typed. */
export type PaletteSource<Item extends PaletteItem = PaletteItem> = PaletteGroup<Item> & { onlyFound?: boolean }

/** So many of each group are in the page, however many there are. */
const most = 6

/** What is found by the words, the best first, and groups by their best. Without words the first ones of each. */
export function findIn<Item extends PaletteItem>(
  sources: readonly PaletteSource<Item>[],
  typed: string,
): PaletteGroup<Item>[] {
  const words = foldedOf(typed).split(/\s+/).filter(Boolean)
  if (words.length === 0)
    return sources.filter(({ onlyFound }) => !onlyFound).map(({ name, items }) => ({ name, items: items.slice(0, 12) }))
  return sources
    .map(({ name, items }) => ({ name, found: ranked(items, words) }))
    .filter(({ found }) => found.length > 0)
    .sort((one, other) => (other.found[0]?.score ?? 0) - (one.found[0]?.score ?? 0))
    .map(({ name, found }) => ({ name, items: found.map(({ item }) => item) }))
}

function ranked<Item extends PaletteItem>(items: readonly Item[], words: string[]) {
  return items
    .flatMap((item) => {
      const score = scoreOf(item, words)
      return score > 0 ? [{ item, score }] : []
    })
    .sort((one, other) => other.score - one.score)
    .slice(0, most)
}

/** 0 where a word is nowhere in it; more the nearer to the beginning of the title each stands. */
function scoreOf(item: PaletteItem, words: string[]): number {
  const { first, second } = textsOf(item)
  let sum = 0
  for (const word of words) {
    const score = scoreIn(first, word) * 2 || scoreIn(second, word)
    if (score === 0) return 0
    sum += score
  }
  return sum
}

function scoreIn(text: string, word: string): number {
  const at = text.indexOf(word)
  if (at < 0) return 0
  if (at === 0) return text.length === word.length ? 5 : 4
  return text.includes(` ${word}`) ? 3 : 1
}

/** Made once for each item, not with each letter: there can be ten thousand. */
const texts = new WeakMap<PaletteItem, { first: string; second: string }>()

function textsOf(item: PaletteItem): { first: string; second: string } {
  const { title, detail = '', also = '' } = item
  const made = texts.get(item) ?? { first: foldedOf(title), second: foldedOf(`${detail} ${also}`) }
  texts.set(item, made)
  return made
}

/** Without capitals and marks: `zurich` finds Zürich. */
function foldedOf(text: string): string {
  return text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')
}
