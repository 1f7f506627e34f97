import { Refusal } from '../core/errors.ts'
import { runCommand, type Core } from '../core/run-command.ts'
import type { Answerer } from '../messenger/assistant/answerer.ts'
import { answerAsAssistant } from '../messenger/commands/answer-as-assistant.ts'
import { readAsked } from '../messenger/queries/asked.ts'
import type { Jobs } from './enqueue.ts'

/** Has the Assistant answer a visitor, unless somebody of the team, or the visitor again, was faster. */
export function answerVisitor({ core, answerer }: { core: Core; answerer: Answerer }) {
  return async (job: Jobs['answer-visitor'], ending: AbortSignal): Promise<void> => {
    const asked = await readAsked(core.sql, job)
    const text = asked && (await answerer({ ...asked, ...job }, ending))
    if (text === null) return
    await runCommand(core, answerAsAssistant, { ...job, text }).catch((error: unknown) => {
      // the agent went meanwhile
      if (!(error instanceof Refusal) || error.code !== 'not_found') throw error
    })
  }
}
