import { cutAtWord } from '../../agents/passages.ts'
import type { Sql } from '../../db/sql.ts'
import type { Answerer } from './answerer.ts'
import { findPassages, type Passage } from './find-passages.ts'
import { wordsOf } from './words.ts'

/** The least share of a question's words that an answer has to be about. */
const leastShare = 0.5
const mostCompared = 5
/** The longest answer, in code points: a visitor reads it in a small window. */
const mostAnswer = 1_500

/** Answers with the passage that has most of the question's words, and says where it stands. */
export function searchAnswerer(sql: Sql): Answerer {
  return async ({ question, language, people, ...ids }) => {
    const passages = await findPassages(sql, ids, question, mostCompared)
    if (!passages) return null
    const { source, nothing, askPerson } = wordsOf(language)
    const [best] = passages
    if (best && best.share >= leastShare) return `${cutAtWord(best.body, mostAnswer)}\n\n${source} ${nameOf(best)}`
    return people ? `${nothing} ${askPerson}` : nothing
  }
}

function nameOf({ title, url }: Passage): string {
  return url === null ? title : `${title} (${url})`
}
