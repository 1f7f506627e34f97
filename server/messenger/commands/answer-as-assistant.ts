import { notFound } from '../../core/errors.ts'
import { lockedAgent, type AtAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { together, type Tx } from '../../core/tenant.ts'
import { addMessage } from '../../helpdesk/add-message.ts'
import { withConversation, type AtConversation } from '../../helpdesk/open-conversation.ts'
import type { AskedAt } from '../queries/asked.ts'

type Input = AskedAt & { text: string }

/** The Assistant answers the visitor's last words; where somebody has the conversation, or wrote since, it is silent. */
export const answerAsAssistant: Command<Input, AtConversation, void> = {
  open: (tx, input) => withConversation(tx, openForAssistant(tx, input), input),
  async run(unit, { place, text }) {
    const { conversation: before } = unit
    if (before?.state !== 'open' || before.assigneeId !== null || before.messageCount !== place) return
    const author = { kind: 'assistant', memberId: null, name: 'Assistant' } as const
    addMessage(unit, { before, author, text, actor: null })
  },
}

async function openForAssistant(tx: Tx, { workspaceId, agentId }: Input): Promise<AtAgent> {
  const [, , [agent]] = await together(...lockedAgent(tx, { workspaceId, agentId }, 'part'))
  if (!agent) throw notFound()
  return { workspaceId, agent }
}
