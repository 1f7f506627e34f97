import { may } from '#shared/policy.ts'
import type { AgentEvent } from '#shared/protocol/events.ts'
import type { AgentState, JoinedWorkspace } from '#shared/state/snapshots.ts'
import { agentNews } from '../../messages/agent-news.ts'
import type { News } from '../news.ts'

/** News of the open agent: what vanishes under somebody's eyes, and who made or took a key. The lists show the rest. */
export function newsOfAgent(event: AgentEvent, before: AgentState, me: JoinedWorkspace): News | null {
  if (event.actor === null || event.actor.memberId === me.memberId) return null
  const actor = event.actor.displayName
  const words = agentNews()
  switch (event.type) {
    case 'api_key.created':
      if (!may(me.role, 'agent.manage')) return null
      return { text: words.keyCreated(actor, event.data.apiKey.name), tone: 'plain' }
    case 'api_key.revoked': {
      if (!may(me.role, 'agent.manage')) return null
      const name = before.apiKeys.find(({ id }) => id === event.data.apiKeyId)?.name ?? words.ofThisAgent
      return { text: words.keyRevoked(actor, name), tone: 'plain' }
    }
    case 'webhook.deleted': {
      const host = before.webhooks.find(({ id }) => id === event.data.webhookId)?.host
      return host ? { text: words.webhookDeleted(actor, host), tone: 'plain' } : null
    }
    case 'integration.deleted': {
      const name = before.integrations.find(({ id }) => id === event.data.integrationId)?.name
      return name ? { text: words.integrationDeleted(actor, name), tone: 'plain' } : null
    }
    default:
      return null
  }
}
