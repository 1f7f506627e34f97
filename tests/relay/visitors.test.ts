import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { useTwoNodes } from '../support/node.ts'
import { pictureOf, setPicture } from '../support/pictures.ts'
import { useRedis } from '../support/redis.ts'
import { newMessenger, newVisitor } from '../support/visitor.ts'

const redis = useRedis()
const nodes = useTwoNodes(() => redis().url)

/** A member at one node, and a visitor's page at the other. */
async function arrange() {
  const { a, b } = nodes()
  const { ada, adaId, edsger, edsgerId, agent, workspace, write } = await newMessenger(a)
  const rename = (displayName: string) => ada.patch(`/api/workspaces/${workspace.id}/membership`, { displayName })
  async function open() {
    const visitor = newVisitor(b, agent.id)
    const { body } = await visitor.begin()
    const live = await visitor.live()
    const stream = streamOf('conversation', body.id)
    expect((await live.watch(stream)).ok).toBe(true)
    return { visitor, id: body.id, stream, live, untilCalled: (name: string) => live.until(() => live.faces.get(adaId)?.name === name) } // prettier-ignore
  }
  return { ada, adaId, edsger, edsgerId, workspace, write, rename, open }
}

test('S4 what a member writes at one node, and how they are called from then on, a visitor at the other gets at once', async () => {
  const { ada, adaId, write, rename, open } = await arrange()
  const { visitor, id, stream, live, untilCalled } = await open()
  const { body } = await write(ada, id, 'Good day!')
  await live.until(() => live.eventsOf(stream).length === 2)
  expect(live.eventsOf(stream)).toMatchObject([
    { type: 'message.created', data: { message: { id: body.id, author: { kind: 'member', memberId: adaId, name: 'Ada' } } } },
    { type: 'conversation.updated', data: { conversation: { answeredByTeam: true } } },
  ])
  await untilCalled('Ada')
  await rename('Countess')
  await untilCalled('Countess')
  expect((await visitor.snapshot(id)).body.faces).toEqual([{ memberId: adaId, name: 'Countess', avatarUrl: null }])
  live.close()
}) // prettier-ignore

test('a message of somebody who has left keeps the name they had last, without a picture, at once and for good', async () => {
  const { ada, edsger, edsgerId, workspace, write, open } = await arrange()
  const { visitor, id, live } = await open()
  await write(edsger, id, 'Good day!')
  await live.until(() => live.faces.get(edsgerId)?.name === 'Edsger')
  await edsger.patch(`/api/workspaces/${workspace.id}/membership`, { displayName: 'Edsger the Helpful' })
  await setPicture(edsger, workspace.id, await pictureOf('#4f46c8'))
  await live.until(() => typeof live.faces.get(edsgerId)?.avatarUrl === 'string')
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  await live.until(() => live.faces.get(edsgerId)?.avatarUrl === null)
  const last = { memberId: edsgerId, name: 'Edsger the Helpful', avatarUrl: null }
  expect(live.faces.get(edsgerId)).toMatchObject(last)
  const { faces, messages } = (await visitor.snapshot(id)).body
  expect(faces).toEqual([last])
  expect(messages.at(-1)).toMatchObject({ author: { memberId: edsgerId, name: 'Edsger' } })
  live.close()
})

test('a name is right in the end, whichever comes first: the first message or another name', async () => {
  const { ada, adaId, write, rename, open } = await arrange()
  for (const n of Array.from({ length: 10 }, (_, n) => n)) {
    const { visitor, id, live, untilCalled } = await open()
    await Promise.all([write(ada, id), rename(`Ada ${n}`)])
    await untilCalled(`Ada ${n}`)
    const { faces, facesAt } = (await visitor.snapshot(id)).body
    expect(faces).toMatchObject([{ memberId: adaId, name: `Ada ${n}` }])
    expect(live.faces.get(adaId)?.at).toBeLessThanOrEqual(facesAt)
    live.close()
  }
})

test('a name is right in the end for a page that is opened while it changes', async () => {
  const { ada, write, rename, open } = await arrange()
  const { visitor, id, stream, live } = await open()
  live.close()
  await write(ada, id)
  for (const n of Array.from({ length: 25 }, (_, n) => n)) {
    const page = await visitor.live()
    const [held] = await Promise.all([page.watch(stream, 0), rename(`Ada ${n}`)])
    expect(held.ok).toBe(true)
    await page.until(() => [...page.faces.values()].some(({ name }) => name === `Ada ${n}`))
    page.close()
  }
})
