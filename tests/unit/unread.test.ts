import { expect, test } from 'vitest'
import { lastOfOthers, Reading } from '#client/state/desk/reading.ts'
import type { Message } from '#shared/protocol/agents/conversations.ts'
import type { UserEvent } from '#shared/protocol/events.ts'
import type { ConversationState } from '#shared/state/snapshots.ts'
import { isUnread, withRead } from '#shared/state/unread.ts'

test('how far somebody has read only grows, in whatever order it is heard', () => {
  const read = [2, 5, 3, 5].map(heard).reduce(withRead, {})
  expect(read).toEqual({ c: 5 })
  expect(withRead(read, heard(4))).toBe(read)
  expect([5, 6].map((upTo) => isUnread({ c: upTo }, read, 'c'))).toEqual([false, true])
})

test('what is read of a conversation is up to the last message that is not one’s own', () => {
  expect(lastOfOthers(conversation(4, ['kay', 'me', 'kay', 'me']), 'me')).toBe(3)
  expect(lastOfOthers(conversation(140, ['kay', 'kay']), 'me')).toBe(140)
  expect(lastOfOthers(conversation(1, ['me']), 'me')).toBe(0)
  expect(lastOfOthers(conversation(0, []), 'me')).toBe(0)
})

test('one request at a time tells how far somebody has read: what was shown meanwhile is told in one', async () => {
  const asked: number[] = []
  const answers: (() => void)[] = []
  const reading = new Reading((upTo) => new Promise((resolve) => (asked.push(upTo), answers.push(() => resolve(null)))))
  for (const upTo of [1, 2, 3]) reading.show(upTo)
  expect(asked).toEqual([1])
  await answered(answers)
  expect(asked).toEqual([1, 3])
  await answered(answers)
  for (const upTo of [3, 0]) reading.show(upTo)
  expect(asked).toEqual([1, 3])
})

test('what could not be told is told with what is shown next', async () => {
  const asked: number[] = []
  const reading = new Reading((upTo) => (asked.push(upTo), Promise.reject(new Error('offline'))))
  reading.show(1)
  await new Promise((resolve) => setImmediate(resolve))
  reading.show(1)
  expect(asked).toEqual([1, 1])
})

async function answered(answers: (() => void)[]): Promise<void> {
  answers.shift()?.()
  await new Promise((resolve) => setImmediate(resolve))
}

function heard(upTo: number): UserEvent {
  const data = { workspaceId: 'w', agentId: 'g', conversationId: 'c', upTo }
  return { position: upTo, type: 'conversation.read', at: '', actor: null, data }
}

function conversation(messageCount: number, memberIds: string[]): NonNullable<ConversationState> {
  const messages = memberIds.map((memberId) => ({ author: { kind: 'member', memberId, name: '' } }) as Message)
  return { conversation: { messageCount } as NonNullable<ConversationState>['conversation'], messages }
}
