import fc from 'fast-check'
import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { useGatewayBeside } from '../support/gateway-beside.ts'
import { connectLive, positionIn, type Live } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newTeam, type Person } from '../support/people.ts'

/** Commits and tells nobody: the sockets of this test are at a gateway beside it, on the same database. */
const node = useNode()
const beside = useGatewayBeside(node)

type Step =
  | { do: 'rename' }
  | { do: 'remove'; who: number }
  | { do: 'watch'; who: number; held: boolean }
  | { do: 'hint'; from: number; count: number }
  | { do: 'both'; who: number; held: boolean }

const who = fc.nat(2)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'rename' }) },
  { weight: 1, arbitrary: who.map((who): Step => ({ do: 'remove', who })) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('watch' as const), who, held: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('both' as const), who, held: fc.boolean() }) },
  // whichever of the last ones: some never, some twice, late and in any order
  { weight: 6, arbitrary: fc.record({ do: fc.constant('hint' as const), from: fc.nat(5), count: fc.integer({ min: 1, max: 3 }) }) },
) // prettier-ignore

test('S4 S5 102 whatever hints are lost, repeated, reordered or late: each position once and in order, and none from the removal on', async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), async (steps) => {
    const place = await arrange()
    for (const one of steps) await carryOut(one, place)
    await Promise.all(place.pages.map((page) => page.watching))
    const head = await place.head()
    for (const page of place.pages) {
      await settled(page, head)
      expect({ faults: page.faults, after: page.heard.filter((position) => position >= page.removedAt) }).toEqual({ faults: [], after: [] }) // prettier-ignore
      page.live.close()
    }
  })
  await fc.assert(property, { numRuns: 12, endOnFailure: true })
}, 120_000)

type Page = {
  live: Live
  memberId: string
  removedAt: number
  watching: Promise<void>
  /** How the last watching ended; null before the first. */
  answer: 'ok' | 'not_found' | null
  /** The position that it is at. */
  last: number
  /** Every position that it was ever given. */
  heard: number[]
  faults: string[]
}
type Place = Awaited<ReturnType<typeof arrange>>

/** Ada commits; Grace, Edsger and Barbara watch at the other gateway, and any of them may be removed. */
async function arrange() {
  const { ada, grace, graceId, edsger, edsgerId, barbara, barbaraId, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const people = [[grace, graceId], [edsger, edsgerId], [barbara, barbaraId]] as const // prettier-ignore
  const pages = await Promise.all(people.map(([person, memberId]) => openPage(person, memberId)))
  const head = async () => (await ada.roster(workspace.id)).position
  return { ada, path: `/api/workspaces/${workspace.id}`, stream, pages, head, renames: 0 }
}

async function openPage(person: Person, memberId: string): Promise<Page> {
  const live = await connectLive(beside().node, person)
  const page: Page = { live, memberId, removedAt: Infinity, watching: Promise.resolve(), answer: null, last: 0, heard: [], faults: [] } // prettier-ignore
  live.socket.on('events', ({ events }) => {
    for (const { position } of events) take(page, position, 'a frame')
  })
  return page
}

function take(page: Page, position: number, from: string): void {
  if (position !== page.last + 1) page.faults.push(`${from} with ${position} after ${page.last}`)
  page.last = position
  page.heard.push(position)
}

async function carryOut(one: Step, place: Place): Promise<void> {
  if (one.do === 'rename') return rename(place)
  if (one.do === 'hint') return hint(place, one.from, one.count)
  const page = place.pages[one.who]
  if (!page) return
  if (one.do === 'remove') return remove(place, page)
  const watching = watch(place, page, one.held)
  // the removal meets the watching, or does not
  if (one.do === 'both') await Promise.all([remove(place, page), watching])
}

async function rename(place: Place): Promise<void> {
  place.renames += 1
  const { status } = await place.ada.patch(place.path, { name: `Name ${place.renames}` })
  expect(status).toBe(200)
}

async function remove({ ada, path, stream }: Place, page: Page): Promise<void> {
  if (page.removedAt < Infinity) return
  const { headers } = await ada.delete(`${path}/members/${page.memberId}`)
  page.removedAt = positionIn(headers, stream)
}

/** From what it holds, as a page that comes back does, or from the start. */
function watch({ stream }: Place, page: Page, held: boolean): Promise<void> {
  page.watching = page.watching.then(
    () =>
      new Promise((resolve) => {
        const after = held ? page.last : 0
        // a callback, not a promise: frames that come right behind the answer must find it taken
        page.live.socket.emit('watch', { stream, after, epoch: 'epoch' }, (answer) => {
          page.answer = answer.ok ? 'ok' : 'not_found'
          if (answer.ok && 'events' in answer) {
            if (!held) page.last = 0
            // what was on its way when it asked is in the answer, too
            const fresh = answer.events.filter(({ position }) => position > page.last)
            for (const { position } of fresh) take(page, position, 'an answer')
          } else if (answer.ok || answer.code !== 'not_found') page.faults.push(JSON.stringify(answer))
          resolve()
        })
      }),
  )
  return page.watching
}

/** Tells of some of the last events, the newest first. */
async function hint({ stream, head }: Place, from: number, count: number): Promise<void> {
  const after = Math.max(0, (await head()) - from - count)
  const events = await beside().events(stream, after, count)
  for (const event of events.reverse()) beside().tell(stream, [event])
}

/** Whoever may, is at the head in the end; whoever watched and was removed, was told so. */
async function settled(page: Page, head: number): Promise<void> {
  if (page.answer === null) return
  if (page.removedAt === Infinity) await page.live.until(() => page.last >= head)
  else await page.live.until(() => page.answer === 'not_found' || page.live.closed.length > 0)
}
