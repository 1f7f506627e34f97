const hues = 8

/** The first letters of the first and last word, of an address those before its `@`: what stands in for a picture. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .replace(/@\S*$/, '')
    .split(/[\s@._-]+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words
  const letters = chosen.map((word) => /[\p{L}\p{N}]/u.exec(word ?? '')?.[0] ?? '')
  return letters.join('').toUpperCase() || '?'
}

/** One of the eight colours, the same for the same seed everywhere. */
export function hueOf(seed: string): number {
  let hash = 0
  for (let index = 0; index < seed.length; index += 1) hash = (hash * 31 + seed.charCodeAt(index)) % 65_521
  return hash % hues
}
