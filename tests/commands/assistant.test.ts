import { expect, test } from 'vitest'
import { runCommand } from '#server/core/run-command.ts'
import { answerAsAssistant } from '#server/messenger/commands/answer-as-assistant.ts'
import { answered, jobsDone, newAssistant, shipping } from '../support/assistant.ts'
import { coreOf } from '../support/desk.ts'
import { useNode } from '../support/node.ts'
import { verifyForVisitor } from '../support/visitor.ts'

const node = useNode()

test('the Assistant answers from what the agent was taught, and names its source', async () => {
  const { visitor, barbara, snapshot, verifyFromTheStart } = await newAssistant(node(), [
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
  const { visitor } = await newAssistant(node(), [shipping], more)
  const { body } = await visitor.begin('Do you sell umbrellas made of glass?')
  await answered(visitor, body.id, 2)
  expect((await visitor.snapshot(body.id)).body.messages[1]?.text).toBe(words)
})

test('it is silent where nothing was taught, a person is asked for, somebody has it, or the visitor wrote on', async () => {
  const { ada, edsger, place, visitor, write, change, snapshot } = await newAssistant(node(), [])
  const { body } = await visitor.begin('How long does shipping take?')
  await jobsDone(node())
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
  await jobsDone(node())
  expect((await snapshot(ada, body.id)).messages.map(({ author }) => author.kind)).toEqual(['contact', 'contact', 'member', 'contact']) // prettier-ignore
  // given back, it answers again; what was written on meanwhile is answered, and what came before is not
  await change(ada, body.id, { assigneeId: null })
  await visitor.write(body.id, 'How long does shipping take?')
  await answered(visitor, body.id, 6)
  await answer(5)
  expect((await snapshot(ada, body.id)).conversation.messageCount).toBe(6)
})

test('S3 its answer is told to the visitor and to the team, where a member’s meets it one of both is first', async () => {
  const { ada, place, visitor, write, verify, snapshot } = await newAssistant(node(), [])
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
