import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { runCommand } from '#server/core/run-command.ts'
import { answerAsAssistant } from '#server/messenger/commands/answer-as-assistant.ts'
import { coreOf, newDesk } from '../support/desk.ts'
import { useNode } from '../support/node.ts'
import { newVisitor, verifyForVisitor, type Visitor } from '../support/visitor.ts'

const node = useNode()
const shipping = {
  kind: 'qa',
  question: 'How long does shipping take?',
  answer: 'Within Europe a parcel takes three days.',
}

/** An agent with a Messenger that was taught this. */
async function newAssistant(taught: object[], more: object = {}) {
  const desk = await newDesk(node())
  await desk.ada.patch(desk.path, { helpDesk: true, messenger: { on: true }, ...more })
  for (const resource of taught) expect((await desk.ada.post(`${desk.path}/resources`, resource)).status).toBe(201)
  return { ...desk, visitor: newVisitor(node(), desk.agent.id) }
}

test('the Assistant answers from what the agent was taught, and names its source', async () => {
  const { visitor, barbara, snapshot, verifyFromTheStart } = await newAssistant([
    shipping,
    { kind: 'text', title: 'Opening hours', content: 'We are open from nine to five.\n\nOn Sundays nobody is here.' },
  ])
  const { body } = await visitor.begin('How long does the shipping of my parcel take, please?')
  await answered(visitor, body.id, 2)
  const { messages, conversation } = (await visitor.snapshot(body.id)).body
  expect(messages[1]).toMatchObject({ author: { kind: 'assistant', memberId: null, name: 'Assistant' }, text: `${shipping.answer}\n\nSource: ${shipping.question}` }) // prettier-ignore
  expect(conversation).toMatchObject({ state: 'open', answeredByTeam: false, messageCount: 2 })
  await visitor.write(body.id, 'And on Sundays?')
  await answered(visitor, body.id, 4)
  expect((await snapshot(barbara, body.id)).messages.at(-1)?.text).toMatch(/^We are open .*Source: Opening hours$/s)
  await verifyFromTheStart(body.id)
}) // prettier-ignore

test.each([
  [{ helpDesk: true }, 'I have found nothing about that. Ask for a person, and the team will answer you here.'],
  [{ helpDesk: false }, 'I have found nothing about that.'],
  [{ language: 'de', helpDesk: false }, 'Dazu habe ich nichts gefunden.'],
])('what it was not taught it does not know, says so, and offers a person if there is one: %o', async (more, words) => {
  const { visitor } = await newAssistant([shipping], more)
  const { body } = await visitor.begin('Do you sell umbrellas made of glass?')
  await answered(visitor, body.id, 2)
  expect((await visitor.snapshot(body.id)).body.messages[1]?.text).toBe(words)
})

test('it is silent where nothing was taught, a person is asked for, somebody has it, or the visitor wrote on', async () => {
  const { ada, edsger, place, visitor, write, change, snapshot } = await newAssistant([])
  const { body } = await visitor.begin('How long does shipping take?')
  await jobsDone()
  expect((await visitor.snapshot(body.id)).body.messages).toHaveLength(1)
  await ada.post(`/api/workspaces/${place.workspaceId}/agents/${place.agentId}/resources`, shipping)
  const answer = (at: number) =>
    runCommand(coreOf(node()), answerAsAssistant, { ...place, conversationId: body.id, place: at, text: 'Late' })
  await visitor.askForPerson(body.id)
  await visitor.write(body.id, 'How long does shipping take, now?')
  await answer(2)
  await write(edsger, body.id, 'Three days.')
  await visitor.write(body.id, 'How long does shipping take, really?')
  await answer(4)
  await jobsDone()
  expect((await snapshot(ada, body.id)).messages.map(({ author }) => author.kind)).toEqual(['contact', 'contact', 'member', 'contact']) // prettier-ignore
  // given back, it answers again; what was written on meanwhile is answered, and what came before is not
  await change(ada, body.id, { assigneeId: null })
  await visitor.write(body.id, 'How long does shipping take?')
  await answered(visitor, body.id, 6)
  await answer(5)
  expect((await snapshot(ada, body.id)).conversation.messageCount).toBe(6)
})

test('S3 its answer is told to the visitor and to the team, where a member’s meets it one of both is first', async () => {
  const { ada, place, visitor, write, verify, snapshot } = await newAssistant([])
  for (let round = 0; round < 5; round += 1) {
    const { body } = await visitor.begin(`Round ${round}`)
    const input = { ...place, conversationId: body.id, place: 1, text: 'From the Assistant' }
    await verify(
      () =>
        verifyForVisitor(visitor, body.id, () =>
          Promise.all([runCommand(coreOf(node()), answerAsAssistant, input), write(ada, body.id, 'From me')]),
        ),
      body.id,
    )
    const kinds = (await snapshot(ada, body.id)).messages.map(({ author }) => author.kind)
    expect([['contact', 'member'].join(), ['contact', 'assistant', 'member'].join()]).toContain(kinds.join())
    await ada.patch(`/api/workspaces/${place.workspaceId}/agents/${place.agentId}/conversations/${body.id}`, { state: 'resolved' })
  }
}) // prettier-ignore

/** Until the conversation has so many messages, as its visitor hears. */
async function answered(visitor: Visitor, id: string, messages: number): Promise<void> {
  const live = await visitor.live()
  const stream = streamOf('conversation', id)
  const { conversation, position } = (await visitor.snapshot(id)).body
  const answer = await live.watch(stream, position)
  const missed = answer.ok && 'events' in answer ? answer.events : []
  const heard = () => [...missed, ...live.eventsOf(stream)].filter(({ type }) => type === 'message.created').length
  await live.until(() => conversation.messageCount + heard() >= messages)
  live.close()
}

async function jobsDone(): Promise<void> {
  const waiting = () => node().owner`select 1 from graphile_worker.jobs where task_identifier = 'answer-visitor'`
  await expect.poll(waiting, { timeout: 20_000 }).toHaveLength(0)
}
