import { cutAtWord } from '../../agents/passages.ts'
import type { Sql } from '../../db/sql.ts'
import type { Answerer, Asked } from './answerer.ts'
import { findPassages, type Passage } from './find-passages.ts'
import { nothingFound, withSource } from './sentences.ts'

/** The least share of a question's words that an answer has to be about. */
const leastShare = 0.5
const mostCompared = 5
/** The longest answer, in code points: a visitor reads it in a small window. */
const mostAnswer = 1_500

/** Answers with the passage that has most of the question's words, and says where it stands. */
export function searchAnswerer(sql: Sql): Answerer {
  return async (asked) => {
    const passages = await findAnswering(sql, asked)
    return passages && quoteBest(passages, asked)
  }
}

/** What an answer can be made from, the best first: nothing where even that is not good enough; null: nothing was taught. */
export async function findAnswering(sql: Sql, { question, ...ids }: Asked): Promise<Passage[] | null> {
  const passages = await findPassages(sql, ids, question, mostCompared)
  if (!passages) return null
  const [best] = passages
  return best && best.share >= leastShare ? passages : []
}

export function quoteBest([best]: readonly Passage[], asked: Asked): string {
  return best ? withSource(cutAtWord(best.body, mostAnswer), best, asked) : nothingFound(asked)
}
