import { expect, test } from 'vitest'
import type { ListedConversation } from '#shared/protocol/agents/desk.ts'
import { mostListed } from '#shared/state/snapshots.ts'
import type { AgentEvent } from '#shared/protocol/events.ts'
import { applyDeskEvent } from '#shared/state/apply-desk-event.ts'
import type { DeskState } from '#shared/state/snapshots.ts'

test('the lists are as long as their snapshot at most: what is oldest goes', () => {
  const many = mostListed.unresolved + 20
  const state = Array.from({ length: many }, (_, n) => listed(n)).reduce(applyDeskEvent, nothing)
  expect(state.unresolved).toHaveLength(mostListed.unresolved)
  expect(state.unresolved[0]?.id).toBe(conversation(many - 1).id)
  expect(state.unresolved.at(-1)?.id).toBe(conversation(20).id)
  expect(state.resolved).toEqual([])
})

test('what happened at the same moment is in the order of the ids, as the database has it', () => {
  const at = '2026-11-26T10:00:00.000Z'
  const state = [3, 1, 2].map((n) => listed(n, { updatedAt: at })).reduce(applyDeskEvent, nothing)
  expect(state.unresolved.map(({ id }) => id)).toEqual([3, 2, 1].map((n) => conversation(n).id))
})

test('an event that says nothing of the lists leaves them the same object', () => {
  const state = applyDeskEvent(nothing, listed(1))
  const event = { position: 2, type: 'api_key.revoked', at: '', actor: null, data: { apiKeyId: conversation(1).id } } as const
  expect(applyDeskEvent(state, event)).toBe(state)
}) // prettier-ignore

const nothing: DeskState = { unresolved: [], resolved: [] }

function listed(n: number, more: Partial<ListedConversation> = {}): AgentEvent {
  return { position: n, type: 'conversation.listed', at: '', actor: null, data: { conversation: conversation(n, more) } }
} // prettier-ignore

function conversation(n: number, more: Partial<ListedConversation> = {}): ListedConversation {
  const id = `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
  const at = new Date(n * 1000).toISOString()
  const empty = { contactId: null, state: 'open', assigneeId: null, messageCount: 0, contact: null, lastMessage: null } as const
  return { id, agentId: id, ...empty, createdAt: at, updatedAt: at, ...more }
} // prettier-ignore
