import { expect, test } from 'vitest'
import type { Place } from '#shared/places.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive, type Live } from '../support/live.ts'
import { useTwoNodes, type TestNode } from '../support/node.ts'
import { newTeam, type Person } from '../support/people.ts'
import { shownIn } from '../support/presence.ts'
import { useRedis } from '../support/redis.ts'

const redis = useRedis()
const nodes = useTwoNodes(() => redis().url)

/** A team, whose pages are opened at any node. */
async function arrange() {
  const { a, b } = nodes()
  const team = await newTeam(a)
  const stream = streamOf('workspace', team.workspace.id)
  async function open(person: Person, node: TestNode = a, place: Place | null = 'members') {
    const live = await connectLive(node, person)
    expect((await live.watch(stream)).ok).toBe(true)
    expect(await live.look({ stream, place })).toEqual({ ok: true })
    return live
  }
  /** Waits until this page shows exactly these members, there. */
  async function untilShown(live: Live, members: Record<string, string[]>) {
    await live.until(() => sorted(shownIn(live.presence, stream)) === sorted(members))
  }
  const everGone = (live: Live) => live.presence.flatMap(({ gone }) => gone)
  return { ...team, a, b, stream, open, untilShown, everGone }
}

function sorted(members: Record<string, string[]> | null): string {
  return JSON.stringify(members && Object.entries(members).sort())
}

test('117 who comes, looks elsewhere and goes shows on every page of the workspace, at both nodes', async () => {
  const { ada, adaId, barbara, barbaraId, a, b, stream, open, untilShown } = await arrange()
  const owner = await open(ada, a)
  await untilShown(owner, { [adaId]: ['members'] })
  const viewer = await open(barbara, b, null)
  for (const page of [owner, viewer]) await untilShown(page, { [adaId]: ['members'], [barbaraId]: [] })
  const conversation = `help-desk/${crypto.randomUUID()}/${crypto.randomUUID()}` as const
  for (const place of ['help-desk', conversation] as const) {
    expect(await viewer.look({ stream, place })).toEqual({ ok: true })
    for (const page of [owner, viewer]) await untilShown(page, { [adaId]: ['members'], [barbaraId]: [place] })
  }
  viewer.close()
  await untilShown(owner, { [adaId]: ['members'] })
  owner.close()
})

test('117 whoever has several pages at several nodes is on all of their places, and here until the last one closes', async () => {
  const { ada, adaId, grace, graceId, a, b, open, untilShown, everGone } = await arrange()
  const owner = await open(ada, a)
  const pages = [
    await open(grace, a, 'plan'),
    await open(grace, b, 'settings'),
    await open(grace, b, 'settings'),
    await open(grace, b, null),
  ]
  await untilShown(owner, { [adaId]: ['members'], [graceId]: ['plan', 'settings'] })
  pages[0]?.close()
  await untilShown(owner, { [adaId]: ['members'], [graceId]: ['settings'] })
  for (const page of pages.slice(1, 3)) page.close()
  await untilShown(owner, { [adaId]: ['members'], [graceId]: [] })
  expect(everGone(owner)).toEqual([])
  pages[3]?.close()
  await untilShown(owner, { [adaId]: ['members'] })
  owner.close()
})

test('117 a reload shows nowhere, also where it leads to another node; whoever watches anew is told of everybody anew', async () => {
  const { ada, adaId, grace, graceId, barbara, barbaraId, a, b, stream, open, untilShown, everGone } = await arrange()
  const owner = await open(ada, a)
  const first = await open(grace, a)
  const other = await open(barbara, b)
  const all = { [adaId]: ['members'], [graceId]: ['members'], [barbaraId]: ['members'] }
  await untilShown(owner, all)
  first.close()
  const second = await open(grace, b)
  // who goes after her is gone after she would have been
  other.close()
  await untilShown(owner, { [adaId]: ['members'], [graceId]: ['members'] })
  expect(everGone(owner)).toEqual([barbaraId])
  const before = owner.presence.length
  expect((await owner.watch(stream)).ok).toBe(true)
  await owner.until(() => owner.presence.slice(before).some(({ whole }) => whole))
  await untilShown(owner, { [adaId]: ['members'], [graceId]: ['members'] })
  for (const live of [owner, second]) live.close()
})

test('S5 117 whoever is removed is shown nothing more, and goes from every page', async () => {
  const { ada, adaId, grace, graceId, edsger, edsgerId, workspace, a, b, stream, open, untilShown } = await arrange()
  const [owner, admin, editor] = [await open(ada, a), await open(grace, a), await open(edsger, b)]
  const all = { [adaId]: ['members'], [graceId]: ['members'], [edsgerId]: ['members'] }
  for (const page of [owner, admin, editor]) await untilShown(page, all)
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  await admin.look({ stream, place: 'plan' })
  await untilShown(owner, { [adaId]: ['members'], [graceId]: ['plan'] })
  await editor.until(() => editor.closed.length > 0)
  expect(await editor.look({ stream, place: 'plan' })).toEqual({ ok: false, code: 'not_found' })
  // what came in between came in order: an answer behind it says that there was nothing
  expect(await editor.watch(stream)).toEqual({ ok: false, code: 'not_found' })
  expect(shownIn(editor.presence, stream)).toEqual(all)
  for (const live of [owner, admin, editor]) live.close()
})

test('T1 117 who is in one workspace shows in no other, and nobody looks at what they do not watch', async () => {
  const { ada, adaId, mallory, a, b, stream, open, untilShown } = await arrange()
  const stranger = await connectLive(b, mallory)
  const own = streamOf('workspace', (await mallory.me()).workspaces[0]?.id ?? '')
  expect((await stranger.watch(own)).ok).toBe(true)
  expect(await stranger.watch(stream)).toEqual({ ok: false, code: 'not_found' })
  expect(await stranger.look({ stream, place: 'members' })).toEqual({ ok: false, code: 'not_found' })
  const owner = await open(ada, a)
  await untilShown(owner, { [adaId]: ['members'] })
  await stranger.until(() => shownIn(stranger.presence, own) !== null)
  await owner.look({ stream, place: 'plan' })
  await untilShown(owner, { [adaId]: ['plan'] })
  expect((await stranger.watch(own)).ok).toBe(true)
  expect(stranger.presence.every((frame) => frame.stream === own)).toBe(true)
  for (const live of [owner, stranger]) live.close()
})

test('117 a place that is none is refused, and a flood of places costs whoever sends it their answers and nobody else more than a frame now and then', async () => {
  const { ada, adaId, grace, a, b, stream, open } = await arrange()
  const owner = await open(ada, a)
  const restless = await open(grace, b)
  const wrong = [
    '',
    'billing',
    'members/x',
    'agents/1',
    `help-desk/${crypto.randomUUID()}`,
    'members\n',
    7,
    ['members'],
  ]
  for (const place of wrong) {
    expect(await restless.look({ stream, place: place as Place })).toEqual({ ok: false, code: 'invalid_input' })
  }
  const places = ['members', 'plan', 'settings', 'activity'] as const
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, n) => restless.look({ stream, place: places[n % 4] ?? null })),
  )
  expect(answers.filter(({ ok }) => ok).length).toBeLessThan(300)
  expect(answers.at(-1)).toEqual({ ok: false, code: 'rate_limited' })
  const watching = await open(ada, b, 'membership')
  await owner.until(() => shownIn(owner.presence, stream)?.[adaId]?.includes('membership') ?? false)
  expect(owner.presence.length).toBeLessThan(30)
  for (const live of [owner, restless, watching]) live.close()
})
