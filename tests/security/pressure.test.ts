import { expect, test } from 'vitest'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import { figureOf } from '../support/figures.ts'
import { connectLive, positionIn, type Live } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newTeam, newUser, type Person } from '../support/people.ts'
import { freePort } from '../support/ports.ts'
import { exchange, openRawSocket, parsed, upgradeOf, type RawSocket } from '../support/raw.ts'
import { useStatements } from '../support/statements.ts'

const statements = useStatements()
let metricsPort = 0
const node = useNode(async (url) => {
  metricsPort = await freePort()
  return { databaseUrl: await statements.through(url), metricsPort, logLevel: 'silent' }
})

/** What a server that keeps whatever is not read would have sent by far; the kernels on the way hold some of it. */
const bound = 16 * 1024 * 1024

test('107 a message that means nothing is counted, answered to nobody, and its connection goes on', async () => {
  const ada = await newUser(node())
  const live = await connectLive(node(), ada)
  const raw = live.socket as unknown as { emit: (name: string, ...args: unknown[]) => void }
  let answered = false
  const before = await metric('rollcall_unknown_messages_total')
  for (const name of ['delete-everything', 'events', '__proto__']) raw.emit(name, {}, () => (answered = true))
  expect((await live.watch(streamOf('user', ada.userId))).ok).toBe(true)
  expect(await metric('rollcall_unknown_messages_total')).toBe(before + 3)
  expect(answered).toBe(false)
  live.close()
})

test('107 a message that cannot be carried out is answered unavailable, and harms neither its connection nor the process', async () => {
  const { ada, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const live = await connectLive(node(), ada)
  await live.watch(streamOf('user', ada.userId))
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note)
  await node().owner`revoke select on members from rollcall_app`
  try {
    expect(await live.watch(stream)).toEqual({ ok: false, code: 'unavailable' })
    // nobody waits for this one's answer
    live.socket.emit('watch', { stream }, () => undefined)
    expect(await live.watch(stream)).toEqual({ ok: false, code: 'unavailable' })
  } finally {
    await node().owner`grant select on members to rollcall_app`
  }
  expect((await live.watch(stream)).ok).toBe(true)
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
  live.close()
})

test('109 pings whose pongs nobody reads do not pile up in the server, and others are served meanwhile', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const good = await connectLive(node(), grace)
  await good.watch(streamOf('workspace', workspace.id))
  const bad = await openConnected(ada)
  bad.stopReading()
  const ping = { opcode: 9, payload: 'x'.repeat(125) }
  for (let n = 0; n < 250 && bad.isOpen(); n += 1) await bad.sendMany(ping, 1_000)
  await stillServed(good, ada, workspace.id)
  await everythingRead(bad)
  expect(bad.text().length).toBeLessThan(bound)
})

test('111 answers that nobody reads do not pile up in the server: whoever has much to read is given nothing more', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const good = await connectLive(node(), grace)
  await good.watch(stream)
  // still in the node's memory, so that each answer is made at once
  const head = await append(stream, 300)
  await good.untilPosition(stream, head)
  const bad = await openConnected(ada)
  bad.stopReading()
  const before = await socketAnswers()
  const watches = 290
  for (let n = 0; n < watches; n += 1) {
    bad.send({ payload: `42${n}["watch",{"stream":"${stream}","after":${head - 250}}]` })
  }
  await expect.poll(socketAnswers, { timeout: 40_000 }).toBe(before + watches)
  await stillServed(good, ada, workspace.id)
  bad.readOn()
  const answers = () => bad.text().match(/43\d{1,3}\[/g)?.length ?? 0
  await expect
    .poll(() => ({ answers: answers(), open: bad.isOpen() }), { timeout: 40_000, interval: 200 })
    .toEqual({ answers: watches, open: true })
  expect(bad.text().length).toBeLessThan(bound)
  // some were answered in full: all of them would have been more than the bound
  const told = bad.text().split('"type":"workspace.renamed"').length - 1
  expect(told).toBeGreaterThanOrEqual(250)
  expect((bad.text().length / told) * 250 * watches).toBeGreaterThan(1.5 * bound)
  // who reads is answered again
  expect((await bad.answerTo(`["watch",{"stream":"${stream}","after":${head - 10}}]`)).includes('"ok":true')).toBe(true)
  bad.close()
})

test('111 refusals that nobody reads end their connection, and no other', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const good = await connectLive(node(), grace)
  await good.watch(streamOf('workspace', workspace.id))
  const cut = await metric('rollcall_slow_clients_cut_total')
  const bad = await openConnected(ada)
  bad.stopReading()
  const refused = { payload: `40/${'x'.repeat(200)},` }
  for (let n = 0; n < 400 && (await metric('rollcall_slow_clients_cut_total')) === cut; n += 1) {
    await bad.sendMany(refused, 500)
  }
  expect(await metric('rollcall_slow_clients_cut_total')).toBe(cut + 1)
  await stillServed(good, ada, workspace.id)
  bad.close()
})

test('111 who stops reading while 100,000 events are sent is cut; the others hear each of them, and it resumes by position', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const cut = await metric('rollcall_slow_clients_cut_total')
  const good = await connectLive(node(), grace)
  const { position: from } = (await good.watch(stream)) as { position: number }
  let at = from
  let whole = true
  good.socket.on('events', ({ events }) => {
    for (const { position } of events) {
      whole &&= position === at + 1
      at = position
    }
  })
  const slow = await openConnected(ada)
  expect(await slow.answerTo(`["watch",{"stream":"${stream}"}]`)).toContain('"ok":true')
  slow.stopReading()
  let head = from
  for (let n = 0; n < 100; n += 1) {
    head = await append(stream, 1_000)
    await good.until(() => at >= head)
  }
  expect({ whole, heard: at - from }).toEqual({ whole: true, heard: 100_000 })
  expect(await metric('rollcall_slow_clients_cut_total')).toBe(cut + 1)
  slow.readOn()
  await slow.ended()
  expect(slow.text().length).toBeLessThan(bound)

  const back = await connectLive(node(), ada)
  const last = Math.max(
    ...[...slow.text().matchAll(/"position":(\d+),"type"/g)].map(([, position]) => Number(position)),
  )
  expect(last).toBeLessThan(head - 1_000)
  expect(await back.watch(stream, last)).toMatchObject({ ok: true, position: head, reset: true })
  expect((await ada.roster(workspace.id)).position).toBe(head)
  const missed = await back.watch(stream, head - 500)
  const positions = 'events' in missed ? missed.events.map(({ position }) => position) : []
  expect(positions).toEqual(Array.from({ length: 500 }, (_, n) => head - 499 + n))
  for (const live of [good, back]) live.close()
}, 180_000)

test.each([
  ['2,500 headers', Object.fromEntries(Array.from({ length: 2_500 }, (_, n) => [`A${n}`, '']))],
  ['a header of 17 kB', { 'X-Long': 'x'.repeat(17_000) }],
  ['a cookie of 20 kB', { Cookie: `rollcall_session=${'x'.repeat(20_000)}` }],
])('114 an upgrade with %s is answered 431 or 400, and everybody else is served', async (_, headers) => {
  const ada = await newUser(node())
  const answer = parsed(await exchange(node(), upgradeOf(node(), ada.cookie(), undefined, headers)))
  expect([400, 431]).toContain(answer.status)
  const live = await connectLive(node(), ada)
  expect((await live.watch(streamOf('user', ada.userId))).ok).toBe(true)
  live.close()
})

test('119 four hundred pages that come back at once cost the database a few statements, not ten each', async () => {
  const { ada, grace, edsger, barbara, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const people = [ada, grace, edsger, barbara]
  const { position } = await ada.roster(workspace.id)
  await append(stream, 5)
  statements.forget()
  const pages = await Promise.all(Array.from({ length: 400 }, (_, n) => openConnected(people[n % 4] ?? ada)))
  const watch = `["watch",{"stream":"${stream}","after":${position}}]`
  const answers = await Promise.all(pages.map((page) => page.answerTo(watch)))
  const asked = statements.count(/^(?!select 1$)/)
  expect(answers.filter((answer) => answer.includes('"ok":true'))).toHaveLength(400)
  // what all of them missed is read once
  expect(statements.count(/from events/)).toBeLessThan(20)
  // each alone costs ten: its session, and whether that has ended, the head of its person's stream, and its right
  expect(asked).toBeLessThan(2 * 400)
  for (const page of pages) page.close()
})

type Connected = RawSocket & Awaited<ReturnType<typeof openConnected>>

/** A raw socket past its connect. */
async function openConnected(person: Person) {
  const socket = await openRawSocket(node(), person.cookie())
  socket.send({ payload: '40' })
  await socket.until(() => socket.text().includes('40{"sid"'))
  let asked = 5_000
  return {
    ...socket,
    async answerTo(message: string): Promise<string> {
      asked += 1
      const mark = `43${asked}[`
      socket.send({ payload: `42${asked}${message}` })
      await socket.until(() => socket.text().includes(mark))
      return socket.text().slice(socket.text().indexOf(mark))
    },
    ended: () => socket.until(() => !socket.isOpen()),
  }
}

/** Reads on until the answer to what is asked now has come, or the end: all that the server had kept was before it. */
async function everythingRead(socket: Connected): Promise<void> {
  socket.readOn()
  await socket.answerTo('["watch",{"stream":"nowhere"}]')
}

async function stillServed(good: Live, ada: Person, workspaceId: string): Promise<void> {
  const stream = streamOf('workspace', workspaceId)
  const { status, headers } = await ada.patch(`/api/workspaces/${workspaceId}`, { name: crypto.randomUUID() })
  expect(status).toBe(200)
  await good.untilPosition(stream, positionIn(headers, stream))
  good.close()
}

/** So many events at once, as the log has them; answers the new head. */
async function append(stream: Stream, count: number): Promise<number> {
  const [row] = await node().owner<{ position: number }[]>`
    with moved as (
      update streams set position = position + ${count} where name = ${stream} returning position
    ), added as (
      insert into events (stream, position, type, at, data)
      select ${stream}, position - n, 'workspace.renamed', now(), ${node().owner.json({ name: 'x'.repeat(200), handle: 'x'.repeat(40) })}
      from moved, generate_series(0, ${count - 1}) as n
    )
    select position::int as position from moved`
  return row?.position ?? 0
}

function metric(name: string): Promise<number> {
  return figureOf({ metrics }, name)
}

/** Messages of sockets that were answered, whatever the answer is. */
async function socketAnswers(): Promise<number> {
  const counts = [...(await metrics()).matchAll(/^rollcall_socket_answers_total\{.*\} (\d+)$/gm)]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

async function metrics(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
}
