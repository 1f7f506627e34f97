import type { PageOf } from '#shared/protocol/page.ts'
import type {
  Introduction,
  MessengerAnswer,
  VisitorConversation,
  VisitorConversationAnswer,
  VisitorMessage,
} from '#shared/protocol/visitors.ts'
import { http } from '../http.ts'

const { send } = http

export type VisitorApi = ReturnType<typeof visitorApi>

/** What a visitor can ask the server for, by their token alone. */
export function visitorApi(agentId: string, token: string) {
  const path = `/api/messenger/${agentId}`
  const one = (id: string) => `${path}/conversations/${id}`
  return {
    messenger: () => send<MessengerAnswer>('GET', path),
    conversations: () => send<PageOf<VisitorConversation>>('GET', `${path}/conversations`, undefined, { token }),
    conversation: (id: string) => send<VisitorConversationAnswer>('GET', one(id), undefined, { token }),
    older: (id: string, cursor: string) =>
      send<PageOf<VisitorMessage>>('GET', `${one(id)}/messages?cursor=${cursor}`, undefined, { token }),
    begin: (text: string, key: string) =>
      send<VisitorConversation>('POST', `${path}/conversations`, { text }, { token, key }),
    write: (id: string, text: string, key: string) =>
      send<VisitorMessage>('POST', `${one(id)}/messages`, { text }, { token, key }),
    askForPerson: (id: string) => send<VisitorConversation>('POST', `${one(id)}/person`, undefined, { token }),
    introduce: (introduction: Introduction) => send<void>('PUT', `${path}/visitor`, introduction, { token }),
  }
}
