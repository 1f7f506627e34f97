import { expect, test } from 'vitest'
import type { WorkspaceEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { applyWorkspaceEvent } from '#shared/state/apply-event.ts'
import { connectLive, positionIn } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newTeam } from '../support/people.ts'
import { workspaceState } from '../support/states.ts'

const node = useNode()

test('116 S4 a burst reaches a socket in order, each once, and gives the fresh roster', async () => {
  const { ada, grace, barbara, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const before = await barbara.roster(workspace.id)
  const live = await connectLive(node(), barbara)
  await live.watch(stream, before.position, before.epoch)
  const writes = Array.from({ length: 40 }, (_, n) => (n % 2 ? ada : grace).invite(workspace.id, `b${n}.${ada.email}`))
  const answers = await Promise.all(writes)
  await live.untilPosition(stream, Math.max(...answers.map(({ headers }) => positionIn(headers, stream))))
  const events = live.eventsOf(stream) as WorkspaceEvent[]
  expect(events.map((event) => event.position)).toEqual(events.map((_, index) => before.position + 1 + index))
  expect(events.reduce(applyWorkspaceEvent, workspaceState(before))).toEqual(
    workspaceState(await barbara.roster(workspace.id)),
  )
  live.close()
})

test('watching answers what was missed; too far ahead, without a position or of another epoch it resets', async () => {
  const { ada, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const { position, epoch } = await ada.roster(workspace.id)
  const live = await connectLive(node(), ada)
  const missed = await live.watch(stream, position - 2, epoch)
  expect(missed).toMatchObject({ ok: true, position, events: [{ position: position - 1 }, { position }] })
  expect(await live.watch(stream, position)).toMatchObject({ ok: true, position, events: [] })
  for (const answer of [
    await live.watch(stream),
    await live.watch(stream, position + 1),
    await live.watch(stream, 0, 'another'),
  ]) {
    expect(answer).toMatchObject({ ok: true, position, reset: true })
  }
  live.close()
})

test('106 what is not theirs, not there and not a stream is answered without a join', async () => {
  const { ada, mallory, workspace } = await newTeam(node())
  const live = await connectLive(node(), mallory)
  const streams = [
    streamOf('workspace', workspace.id),
    streamOf('account', workspace.accountId),
    streamOf('user', ada.userId),
    streamOf('workspace', crypto.randomUUID()),
  ]
  for (const stream of streams) expect(await live.watch(stream, 0)).toEqual({ ok: false, code: 'not_found' })
  for (const stream of ['', 'workspace:1', '__proto__', 'conversation:x']) {
    expect(await live.watch(stream as never)).toEqual({ ok: false, code: 'invalid_input' })
  }
  await ada.invite(workspace.id, 'unheard@example.com')
  await live.watch(streamOf('user', mallory.userId))
  expect(live.frames).toEqual([])
  live.close()
})

test('107 113 an unknown message or a crafted packet changes nothing', async () => {
  const { ada, workspace } = await newTeam(node())
  const live = await connectLive(node(), ada)
  const raw = live.socket as unknown as { emit: (name: string, ...args: unknown[]) => void }
  raw.emit('delete-everything', { all: true })
  raw.emit('watch')
  raw.emit('watch', null, 'not a function')
  raw.emit('watch', JSON.parse('{"__proto__":{"stream":1}}'))
  expect((await live.watch(streamOf('workspace', workspace.id), 0)).ok).toBe(true)
  live.close()
})

test('108 a frame beyond the limit closes the socket and nothing else', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const bad = await connectLive(node(), ada)
  const good = await connectLive(node(), grace)
  await good.watch(stream)
  const raw = bad.socket as unknown as { emit: (name: string, ...args: unknown[]) => void }
  raw.emit('watch', { stream: 'x'.repeat(100_000) })
  await bad.until(() => bad.disconnected() !== null)
  const { headers } = await ada.invite(workspace.id, 'after@example.com')
  await good.untilPosition(stream, positionIn(headers, stream))
  good.close()
})

test('161 S6 events that no hint told of are delivered from the heads of the log', async () => {
  const { ada, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const live = await connectLive(node(), ada)
  const { position } = (await live.watch(stream)) as { position: number }
  // as another node would that died between its commit and its hint
  await node().owner.begin(async (tx) => {
    await tx`update streams set position = position + 1 where name = ${stream}`
    await tx`
      insert into events (stream, position, type, at, data)
      values (${stream}, ${position + 1}, 'workspace.renamed', now(), ${tx.json({ name: 'Unannounced', handle: 'unannounced' })})`
  })
  await live.untilPosition(stream, position + 1)
  expect(live.eventsOf(stream)).toMatchObject([{ type: 'workspace.renamed', data: { name: 'Unannounced' } }])
  live.close()
})

test('102 S5 a removal that no hint told of evicts too, before anything after it', async () => {
  const { edsger, edsgerId, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const live = await connectLive(node(), edsger)
  const { position } = (await live.watch(stream)) as { position: number }
  await node().owner.begin(async (tx) => {
    await tx`delete from members where id = ${edsgerId}`
    await tx`update streams set position = position + 2 where name = ${stream}`
    await tx`
      insert into events (stream, position, type, at, data, revokes) values
        (${stream}, ${position + 1}, 'member.removed', now(), ${tx.json({ memberId: edsgerId })}, ${tx.json({ users: [edsger.userId] })}),
        (${stream}, ${position + 2}, 'workspace.renamed', now(), ${tx.json({ name: 'Secret', handle: 'secret' })}, null)`
  })
  await live.until(() => live.closed.length > 0)
  expect(live.closed).toEqual([{ stream, code: 'removed' }])
  expect(live.eventsOf(stream)).toEqual([])
  live.close()
})
