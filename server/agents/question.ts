/** A question as the search takes it (migrations/0011): whole, what of it holds in any case, and its other words. */
export type Question = { question: string; binding: string; loose: string }

/** Parts a question into what its asker insisted on, phrases and exclusions, and the rest. */
export function questionOf(text: string): Question {
  const binding: string[] = []
  const loose = text.replace(/(?<!\S)-?"[^"]*"?|(?<!\S)-\S+/g, (part) => {
    binding.push(part)
    return ' '
  })
  return { question: text, binding: binding.join(' '), loose: loose.trim() }
}
