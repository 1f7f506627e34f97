import type { AskedAt, Question } from '../queries/asked.ts'

/** What a visitor has asked, and where. */
export type Asked = AskedAt & Question

/**
 * Answers from what the agent was taught; null: nothing was, so nobody is there who could say anything. Once `ending` is
 * aborted, as the node ends, it answers with what it has.
 */
export type Answerer = (asked: Asked, ending: AbortSignal) => Promise<string | null>
