import { badInput, notFound } from '../../core/errors.ts'
import { openAgent, openWith, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command, Unit } from '../../core/run-command.ts'

type Input = AgentInput & { conversationId: string; upTo: number }
type Opened = InAgent & { found: readonly { messageCount: number }[] }

/**
 * Up to where a member has read a conversation: forward alone, and told to nobody but them. The conversation is not locked,
 * so that nobody who reads holds up who writes: what is counted in it only grows.
 */
export const markRead: Command<Input, Opened, void> = {
  open(tx, input) {
    const { workspaceId, agentId, conversationId } = input
    const counted = tx<{ messageCount: number }[]>`
      select message_count
      from conversations
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${conversationId}`
    return openWith(openAgent(tx, input, 'part'), counted)
  },
  async run(unit, { userId, conversationId, upTo }) {
    const { draft, workspaceId, agent, actor, found } = unit
    requireAccess(actor, 'workspace.view')
    const [conversation] = found
    if (!conversation || !('role' in actor)) throw notFound()
    const { messageCount } = conversation
    if (upTo > messageCount) {
      throw badInput('upTo', messageCount === 1 ? 'There is one message.' : `There are ${messageCount} messages.`)
    }
    const ids = { workspaceId, agentId: agent.id, conversationId }
    if (!(await moveOn(unit, { ...ids, memberId: actor.id, upTo }))) return
    draft.append('user', userId, 'conversation.read', { ...ids, upTo })
  },
}

type Read = { workspaceId: string; agentId: string; conversationId: string; memberId: string; upTo: number }

/** Whether it was further than before: of two at once the statement decides (C3). */
async function moveOn({ tx }: Unit, { workspaceId, agentId, conversationId, memberId, upTo }: Read): Promise<boolean> {
  const moved = await tx`
    insert into reads (workspace_id, agent_id, conversation_id, member_id, up_to)
    values (${workspaceId}, ${agentId}, ${conversationId}, ${memberId}, ${upTo})
    on conflict (workspace_id, agent_id, conversation_id, member_id)
      do update set up_to = excluded.up_to where reads.up_to < excluded.up_to
    returning up_to`
  return moved.length > 0
}
