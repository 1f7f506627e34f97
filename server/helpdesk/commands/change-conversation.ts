import type { Conversation, ConversationChange } from '#shared/protocol/agents/conversations.ts'
import { badInput, notFound } from '../../core/errors.ts'
import { actorOf, requireAccess } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { openConversation, type ConversationInput, type WithConversation } from '../open-conversation.ts'
import { turnConversation } from '../turn-conversation.ts'

type Input = ConversationInput & { change: ConversationChange }

/** Its state, and whose it is. An API key knows no members: it gives a conversation back to the Assistant, or leaves it. */
export const changeConversation: Command<Input, WithConversation, Conversation> = {
  open: (tx, input) => openConversation(tx, input, input.change.assigneeId),
  async run(unit, { change }) {
    const { actor, conversation: before } = unit
    requireAccess(actor, 'conversation.reply', 'conversations:write')
    if (!before) throw notFound()
    if (change.assigneeId && !('role' in actor)) {
      throw badInput('assigneeId', 'With an API key a conversation can be assigned to the Assistant alone: null.')
    }
    const state = change.state ?? before.state
    const assigneeId = assigneeAfter(unit, before, { ...change, state })
    return turnConversation(unit, before, { state, assigneeId }, actorOf(actor))
  },
}

/** Only somebody who may answer has one to answer; a resolved one keeps whose it was. */
function assigneeAfter(
  { mayAnswer }: WithConversation,
  before: Conversation,
  { state, assigneeId: given }: ConversationChange,
): string | null {
  const assigneeId = given === undefined ? before.assigneeId : given
  if (assigneeId === null || mayAnswer) return assigneeId
  if (given && given !== before.assigneeId) throw badInput('assigneeId', 'Choose a member who may reply.')
  return state === 'resolved' ? assigneeId : null
}
