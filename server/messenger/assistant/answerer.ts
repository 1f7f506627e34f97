import type { Language } from '#shared/languages.ts'
import type { InAgentIds } from '../../agents/resource-rows.ts'

/** What a visitor has asked, of which agent. */
export type Asked = InAgentIds & { question: string; language: Language; people: boolean }

/** Answers from what the agent was taught; null: nothing was, so nobody is there who could say anything. */
export type Answerer = (asked: Asked) => Promise<string | null>
