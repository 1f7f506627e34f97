/** A question as the search takes it (migrations/0011): whole, what of it holds in any case, and its other words. */
export type Question = { question: string; binding: string; loose: string }

/** Parts a question into what its asker insisted on, phrases and exclusions, and the rest. */
export function questionOf(text: string): Question {
  const binding: string[] = []
  // one that excludes nothing: PostgreSQL fails where 32 of them pile up
  const question = text.replace(/-(?=[^\p{L}\p{N}]*(-|$))/gu, ' ')
  const loose = question.replace(/(?<!\S)-?"[^"]*"?|(?<!\S)-\S+/g, (part) => {
    binding.push(part)
    return ' '
  })
  return { question, binding: binding.join(' '), loose: loose.trim() }
}
