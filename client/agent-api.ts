import type { ApiKeyWithUse, CreatedApiKey, NewApiKey } from '#shared/protocol/agents/api-keys.ts'
import type { Integration, IntegrationChange, NewIntegration } from '#shared/protocol/agents/integrations.ts'
import type {
  NewResource,
  Resource,
  ResourceChange,
  ResourceSummary,
  SearchAnswer,
} from '#shared/protocol/agents/knowledge.ts'
import type { Contact } from '#shared/protocol/agents/contacts.ts'
import type {
  Conversation,
  ConversationAnswer,
  ConversationChange,
  Message,
} from '#shared/protocol/agents/conversations.ts'
import type { DeskAnswer } from '#shared/protocol/agents/desk.ts'
import type { AgentStateAnswer } from '#shared/protocol/agents/state.ts'
import type {
  Delivery,
  NewWebhook,
  Webhook,
  WebhookChange,
  WebhookEvent,
  WebhookWithSecret,
} from '#shared/protocol/agents/webhooks.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { http } from './http.ts'

const { create, get, send } = http

export type DeliveryStatus = Delivery['status']
export type AgentApi = ReturnType<typeof agentApi>

/** Every call inside one agent that the client makes. */
export function agentApi(workspaceId: string, agentId: string) {
  const all = `/api/workspaces/${workspaceId}/agents/${agentId}`
  return {
    state: () => get<AgentStateAnswer>(`${all}/state`),

    resource: (id: string) => get<Resource>(`${all}/resources/${id}`),
    createResource: (body: NewResource) => create<Resource>(`${all}/resources`, body),
    changeResource: (id: string, body: ResourceChange) => send<Resource>('PATCH', `${all}/resources/${id}`, body),
    refreshResource: (id: string) => send<ResourceSummary>('POST', `${all}/resources/${id}/refresh`),
    deleteResource: (id: string) => send<void>('DELETE', `${all}/resources/${id}`),
    search: (q: string) => get<SearchAnswer>(`${all}/search?${new URLSearchParams({ q, limit: '10' })}`),

    apiKeys: () => get<PageOf<ApiKeyWithUse>>(`${all}/api-keys`),
    createApiKey: (body: NewApiKey) => create<CreatedApiKey>(`${all}/api-keys`, body),
    revokeApiKey: (id: string) => send<void>('DELETE', `${all}/api-keys/${id}`),

    webhooks: () => get<PageOf<Webhook>>(`${all}/webhooks`),
    createWebhook: (body: NewWebhook) => create<WebhookWithSecret>(`${all}/webhooks`, body),
    changeWebhook: (id: string, body: WebhookChange) => send<Webhook>('PATCH', `${all}/webhooks/${id}`, body),
    rotateSecret: (id: string) => create<WebhookWithSecret>(`${all}/webhooks/${id}/rotate-secret`),
    testWebhook: (id: string, type: WebhookEvent) => create<Delivery>(`${all}/webhooks/${id}/test`, { type }),
    deleteWebhook: (id: string) => send<void>('DELETE', `${all}/webhooks/${id}`),
    deliveries: (id: string, { status, cursor }: { status: DeliveryStatus | ''; cursor: string | null }) =>
      get<PageOf<Delivery>>(
        `${all}/webhooks/${id}/deliveries?${new URLSearchParams({ ...(status && { status }), ...(cursor && { cursor }) })}`,
      ),
    replayDelivery: (id: string, deliveryId: string) =>
      create<Delivery>(`${all}/webhooks/${id}/deliveries/${deliveryId}/replay`),

    desk: () => get<DeskAnswer>(`${all}/desk`),
    conversation: (id: string) => get<ConversationAnswer>(`${all}/conversations/${id}`),
    changeConversation: (id: string, body: ConversationChange) =>
      send<Conversation>('PATCH', `${all}/conversations/${id}`, body),
    markRead: (id: string, upTo: number) => send<void>('POST', `${all}/conversations/${id}/read`, { upTo }),
    conversationsOf: (contactId: string) =>
      get<PageOf<Conversation>>(`${all}/conversations?${new URLSearchParams({ contactId })}`),
    contact: (id: string) => get<Contact>(`${all}/contacts/${id}`),
    writeMessage: (id: string, text: string) => create<Message>(`${all}/conversations/${id}/messages`, { text }),

    createIntegration: (body: NewIntegration) => create<Integration>(`${all}/integrations`, body),
    changeIntegration: (id: string, body: IntegrationChange) =>
      send<Integration>('PATCH', `${all}/integrations/${id}`, body),
    testIntegration: (id: string) => send<void>('POST', `${all}/integrations/${id}/test`),
    deleteIntegration: (id: string) => send<void>('DELETE', `${all}/integrations/${id}`),
  }
}
