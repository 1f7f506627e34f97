import type { Sql } from '../../db/sql.ts'
import type { Log } from '../../log.ts'
import type { Metrics } from '../../metrics.ts'
import { readSaidBefore } from '../queries/said-before.ts'
import type { Answerer, Asked } from './answerer.ts'
import type { Passage } from './find-passages.ts'
import { askModel, type Endpoint } from './model/ask-model.ts'
import { patience as usual, type Patience } from './model/patience.ts'
import { ModelProblem } from './model/problem.ts'
import { mostEarlier, promptFor, saysNothing } from './model/prompt.ts'
import { restFor, resting } from './model/rest.ts'
import { findAnswering, quoteBest } from './search-answerer.ts'
import { nothingFound, withSource } from './sentences.ts'

type Parts = { sql: Sql; log: Log; metrics: Pick<Metrics, 'modelAnswers' | 'modelAnswer'> }
/** What only tests set, in milliseconds. */
type Options = { patience?: Patience; rest?: number }

/** Has a model answer from the passages that search finds. Where it gives no answer, search's is given. */
export function openaiAnswerer(endpoint: Endpoint, parts: Parts, options: Options = {}): Answerer {
  const { patience = usual, rest = restFor } = options
  const unlessResting = resting(rest)
  return async (asked, ending) => {
    const passages = await findAnswering(parts.sql, asked)
    const [best] = passages ?? []
    // without a passage it would only invent something
    if (!best || !passages) return passages && nothingFound(asked)
    const prompt = promptFor(asked, passages, await readSaidBefore(parts.sql, asked, mostEarlier))
    try {
      const answer = await unlessResting(() => timed(parts, () => askModel(endpoint, prompt, { patience, ending })))
      const isAnswer = !saysNothing(answer)
      parts.metrics.modelAnswers.inc({ outcome: isAnswer ? 'answered' : 'nothing' })
      return isAnswer ? withSource(answer, best, asked) : nothingFound(asked)
    } catch (error) {
      return insteadOf(error, parts, passages, asked)
    }
  }
}

function timed({ metrics }: Parts, ask: () => Promise<string>): Promise<string> {
  const end = metrics.modelAnswer.startTimer()
  return ask().finally(end)
}

function insteadOf(error: unknown, { log, metrics }: Parts, passages: Passage[], asked: Asked): string {
  if (!(error instanceof ModelProblem)) throw error
  const { reason, detail } = error
  metrics.modelAnswers.inc({ outcome: reason })
  log.warn({ agentId: asked.agentId, reason, detail }, 'the model gave no answer; search answered instead')
  return quoteBest(passages, asked)
}
