import { expect, test } from 'vitest'
import type { UserEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { newDesk, type Desk } from '../support/desk.ts'
import { connectLive } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { join, type Person } from '../support/people.ts'
import { unreadOf } from '../support/unread.ts'

const node = useNode()
const times = <T>(n: number, make: (index: number) => T): T[] => Array.from({ length: n }, (_, index) => make(index))

test('S3 two devices that read on at once, while others write: it moves forward alone, and is told in that order', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, path } = desk
  const { id } = await desk.begin(ada, { text: 'Number 1' })
  for (const n of times(7, (index) => index + 2)) await desk.write(ada, id, `Number ${n}`)
  const { position } = await edsger.me()
  const answers = await Promise.all(times(24, (n) => (n % 3 ? read(desk, edsger, id, 1 + (n % 8)) : desk.write(ada, id))))
  expect(answers.every(({ status }) => status < 300)).toBe(true)
  const live = await connectLive(node(), edsger)
  const told = await live.watch(streamOf('user', edsger.userId), position)
  live.close()
  if (!('events' in told)) throw new Error('The stream could not be watched.')
  const heard = (told.events as UserEvent[]).flatMap(({ type, data }) => (type === 'conversation.read' ? [data.upTo] : []))
  expect(heard).toEqual([...new Set(heard)].sort((one, other) => one - other))
  expect(heard.at(-1)).toBe(8)
  expect(await unreadOf(edsger, path)).toEqual([id])
}) // prettier-ignore

test('reading against the removal of who reads, and the end of the agent: told and gone, or never told', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, workspace } = desk
  let { edsgerId } = desk
  for (const n of times(8, (index) => index)) {
    const { body: agent } = await ada.createAgent(workspace.id, `Agent ${n}`)
    const path = `/api/workspaces/${workspace.id}/agents/${agent.id}`
    const { body } = await ada.post<{ id: string }>(`${path}/conversations`, { text: 'Hello' })
    const removed = n % 2 ? path : `/api/workspaces/${workspace.id}/members/${edsgerId}`
    const [marked, gone] = await Promise.all([read({ path }, edsger, body.id, 1), ada.delete(removed)])
    expect([204, 404]).toContain(marked.status)
    expect(gone.status).toBe(204)
    expect(await node().owner`select * from reads where conversation_id = ${body.id}`).toHaveLength(0)
    if (n % 2 === 0) edsgerId = await join(ada, workspace.id, edsger, 'editor')
  }
})

function read({ path }: Pick<Desk, 'path'>, person: Person, id: string, upTo: number) {
  return person.post(`${path}/conversations/${id}/read`, { upTo })
}
