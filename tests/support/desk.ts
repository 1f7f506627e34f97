import { randomBytes, randomUUID } from 'node:crypto'
import type { Contact, NewContact } from '#shared/protocol/agents/contacts.ts'
import type {
  Conversation,
  ConversationAnswer,
  Message,
  NewConversation,
} from '#shared/protocol/agents/conversations.ts'
import type { ApiScope } from '#shared/scopes.ts'
import { followUp } from '#server/follow-up.ts'
import type { KeyInput } from '#server/core/opening.ts'
import type { Core } from '#server/core/run-command.ts'
import type { TestNode } from './node.ts'
import { newTeam, type Failure, type Person } from './people.ts'
import { verifyConversationFromTheStart, verifyInAgent } from './verify-command.ts'

export type Desk = Awaited<ReturnType<typeof newDesk>>

/** The whole cast around one agent, whose contacts and conversations they see to. */
export async function newDesk(node: TestNode) {
  const team = await newTeam(node)
  const { body: agent } = await team.ada.createAgent(team.workspace.id)
  return { ...team, agent, ...inAgent(node, team.barbara, { workspaceId: team.workspace.id, agentId: agent.id }) }
}

type Place = { workspaceId: string; agentId: string }

function inAgent(node: TestNode, watcher: Person, place: Place) {
  const path = `/api/workspaces/${place.workspaceId}/agents/${place.agentId}`
  return {
    place,
    path,
    /** S3, as Barbara sees the agent and the conversation, if one is named. */
    verify: <R>(act: () => Promise<R>, conversationId?: string) =>
      verifyInAgent(node, watcher, { ...place, ...(conversationId && { conversationId }) }, act),
    verifyFromTheStart: (conversationId: string) =>
      verifyConversationFromTheStart(node, watcher, { ...place, conversationId }),
    createContact: (person: Person, contact: NewContact) => person.post<Contact & Failure>(`${path}/contacts`, contact),
    begin: async (person: Person, conversation: NewConversation = {}) =>
      (await person.post<Conversation>(`${path}/conversations`, conversation)).body,
    snapshot: async (person: Person, id: string) =>
      (await person.get<ConversationAnswer>(`${path}/conversations/${id}`)).body,
    change: (person: Person, id: string, change: object) =>
      person.patch<Conversation & Failure>(`${path}/conversations/${id}`, change),
    write: (person: Person, id: string, text = 'Hello') =>
      person.post<Message & Failure>(`${path}/conversations/${id}/messages`, { text }),
  }
}

/** An API key with these scopes, as whoever holds it comes to the commands. */
export async function newKey({ owner }: TestNode, place: Place, scopes: ApiScope[]): Promise<KeyInput> {
  const apiKeyId = randomUUID()
  await owner`
    insert into api_keys (id, workspace_id, agent_id, name, prefix, key_hash, scopes, created_at)
    values (${apiKeyId}, ${place.workspaceId}, ${place.agentId}, 'Shop', 'rck_', ${randomBytes(32)}, ${scopes}, now())`
  return { ...place, apiKeyId }
}

/** The node's core, for what no route of people leads to. */
export function coreOf({ sql }: TestNode): Core {
  return { sql, follow: followUp, publish: () => undefined }
}
