import { expect } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { newDesk } from './desk.ts'
import type { TestNode } from './node.ts'
import { newVisitor, type Visitor } from './visitor.ts'

export const shipping = {
  kind: 'qa',
  question: 'How long does shipping take?',
  answer: 'Within Europe a parcel takes three days.',
}

/** An agent with a Messenger that was taught this, and a visitor of it. */
export async function newAssistant(node: TestNode, taught: object[], more: object = {}) {
  const desk = await newDesk(node)
  await desk.ada.patch(desk.path, { helpDesk: true, messenger: { on: true }, ...more })
  for (const resource of taught) expect((await desk.ada.post(`${desk.path}/resources`, resource)).status).toBe(201)
  return { ...desk, visitor: newVisitor(node, desk.agent.id) }
}

/** Until the conversation has so many messages, as its visitor hears. */
export async function answered(visitor: Visitor, id: string, messages: number): Promise<void> {
  const live = await visitor.live()
  const stream = streamOf('conversation', id)
  const { conversation, position } = (await visitor.snapshot(id)).body
  const answer = await live.watch(stream, position)
  const missed = answer.ok && 'events' in answer ? answer.events : []
  const heard = () => [...missed, ...live.eventsOf(stream)].filter(({ type }) => type === 'message.created').length
  await live.until(() => conversation.messageCount + heard() >= messages)
  live.close()
}

/** Until the Assistant has answered whatever it was asked. */
export async function jobsDone({ owner }: TestNode): Promise<void> {
  const waiting = () => owner`select 1 from graphile_worker.jobs where task_identifier = 'answer-visitor'`
  await expect.poll(waiting, { timeout: 20_000 }).toHaveLength(0)
}
