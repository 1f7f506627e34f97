import type { Asked } from './answerer.ts'
import type { Passage } from './find-passages.ts'
import { wordsOf } from './words.ts'

/** An answer, and the passage that it is from. */
export function withSource(text: string, { title, url }: Passage, { language }: Asked): string {
  return `${text}\n\n${wordsOf(language).source} ${url === null ? title : `${title} (${url})`}`
}

export function nothingFound({ language, people }: Asked): string {
  const { nothing, askPerson } = wordsOf(language)
  return people ? `${nothing} ${askPerson}` : nothing
}
