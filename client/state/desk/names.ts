import type { ListedConversation } from '#shared/protocol/agents/desk.ts'
import type { Message } from '#shared/protocol/agents/conversations.ts'
import type { Member } from '#shared/protocol/resources.ts'
import { desk } from '../../messages/desk.ts'
import type { Attended } from './attention.svelte.ts'
import type { DeskFilter } from './help-desk.svelte.ts'
import type { People } from './people.ts'

type Author = Message['author']
type Contact = ListedConversation['contact']

/** Who somebody is on the screen. `seed`: what their colour follows. */
export type Face = { name: string; url: string | null; seed: string }

export const filters = ['open', 'waiting', 'resolved'] as const satisfies readonly DeskFilter[]

const tones = { open: 'accent', waiting: 'warn', resolved: '' } as const

export function badgeOf(state: DeskFilter): { name: string; tone: 'accent' | 'warn' | '' } {
  return { name: desk().states[state], tone: tones[state] }
}

/** What a contact is called: their name, else their address, else that they are a visitor. */
export function nameOfContact(contact: Contact): string {
  return contact?.name || contact?.email || desk().visitor
}

/** As the author is called and looks now; of a member who has left, as they were called last. */
export function faceOf(author: Author, contact: Contact, { members, former }: People): Face {
  if (author.kind === 'assistant') return { name: desk().assistant, url: null, seed: 'assistant' }
  if (author.kind === 'contact') {
    return { name: contact ? nameOfContact(contact) : author.name || desk().visitor, url: null, seed: contact?.id ?? 'visitor' }
  }
  const id = author.memberId ?? ''
  const member = members.find((one) => one.id === id)
  return { name: member?.displayName ?? former.get(id) ?? author.name, url: member?.avatarUrl ?? null, seed: id }
} // prettier-ignore

/** Whose a conversation is to answer. */
export function assigneeName(assigneeId: string | null, { members, former }: People): string {
  if (assigneeId === null) return desk().assistant
  return members.find(({ id }) => id === assigneeId)?.displayName ?? former.get(assigneeId) ?? desk().formerMember
}

/** The members who have the conversation on their screen. */
export function membersAt({ members: at }: Attended, { members }: People): Member[] {
  return members.filter(({ id }) => at.some(({ memberId }) => memberId === id))
}

/** Who types there, in words; empty: nobody. */
export function typingIn(attended: Attended, contact: Contact, { members }: People): string {
  const typing = attended.members.filter((one) => one.typing).map(({ memberId }) => memberId)
  const names = members.filter(({ id }) => typing.includes(id)).map(({ displayName }) => displayName)
  const [first, second, ...more] = [...(attended.visitor === 'typing' ? [nameOfContact(contact)] : []), ...names]
  if (!first) return ''
  if (!second) return desk().isTyping(first)
  return more.length > 0 ? desk().severalTyping : desk().bothTyping(first, second)
}
