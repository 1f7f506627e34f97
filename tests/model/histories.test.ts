import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AccountEvent, UserEvent, WorkspaceEvent } from '#shared/protocol/events.ts'
import { assignableRoles } from '#shared/roles.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { applyAccountEvent, applyWorkspaceEvent } from '#shared/state/apply-event.ts'
import { withNotifications } from '#shared/state/notifications.ts'
import type { WorkspaceState } from '#shared/state/snapshots.ts'
import { runCommand } from '#server/core/run-command.ts'
import { readWithin } from '#server/core/tenant.ts'
import { markNotificationsRead } from '#server/membership/commands/mark-notifications-read.ts'
import { notifyManagers } from '#server/membership/notify-managers.ts'
import { unreadOf } from '#server/membership/queries/notifications.ts'
import { useDatabase } from '../support/node.ts'
import { workspaceState } from '../support/states.ts'
import { Model, type Step } from './model.ts'
import {
  accountStream,
  actualRoster,
  carryOut,
  eventsOf,
  expectedRoster,
  newWorld,
  placeOf,
  rosterOf,
  type World,
} from './world.ts'

const database = useDatabase()

// two accounts; the first owns two workspaces, so that seats move between them
const owners = [0, 0, 1]
const everybody = 5

const person = fc.nat(everybody - 1)
const workspace = fc.nat(owners.length - 1)
const role = fc.constantFrom(...assignableRoles)
// the owner acts often: a stranger's command is refused, and teaches less
const actor = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 1) }, { weight: 2, arbitrary: person })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('seats' as const), account: fc.nat(1), seats: fc.nat(3) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('invite' as const), actor, workspace, person, role }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('accept' as const), workspace, person }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('decline' as const, 'leave' as const), workspace, person }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('cancel' as const, 'resend' as const, 'remove' as const), actor, workspace, person }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('changeInvitationRole' as const, 'changeRole' as const), actor, workspace, person, role }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('expire' as const), workspace, person, late: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), actor, workspace }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), actor, workspace: fc.constant(1) }) },
) // prettier-ignore

/** HISTORIES=1000 for the long form. */
const histories = Number(process.env['HISTORIES'] ?? 300)
// most of a history is waiting for the database, so many run side by side
const shards = 10

test.concurrent.each(Array.from({ length: shards }, (_, shard) => shard))(
  '82 S1 S3 I1 histories follow the model at every step, and the events alone give the roster (shard %i)',
  async (shard) => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const world = await arrange()
      const model = new Model(2, owners)
      for (const one of steps) {
        const expected = model.take(one)
        expect({ step: one, answer: await carryOut(world, one) }).toEqual({ step: one, answer: expected })
        // what touches one account can touch nothing of another: the end of the history checks that it did not
        for (const place of placesOf(accountOf(one))) {
          expect(actualRoster(await rosterOf(world, place))).toEqual(expectedRoster(model, world, place))
        }
      }
      for (const place of owners.keys()) {
        expect(actualRoster(await rosterOf(world, place))).toEqual(expectedRoster(model, world, place))
        await expectEventsGiveTheRoster(world, place)
      }
    })
    await fc.assert(property, { numRuns: histories / shards, seed: 20_261_123 + shard })
  },
  600_000,
)

test('I1 I9 S3 histories in parallel keep the limit, the line, the log and what is unread', async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
    const world = await arrange()
    for (let next = 0; next < steps.length; next += 8) {
      const readers = world.people.map(({ id }) => readAll(world, id))
      await Promise.all([...steps.slice(next, next + 8).map((one) => carryOut(world, one)), ...readers])
    }
    await expectUnreadIsWhatIsNotRead(world)
    for (const place of owners.keys()) {
      await expectTheLineIsRight(world, place)
      await expectEventsGiveTheRoster(world, place)
    }
  })
  await fc.assert(property, { numRuns: 60 })
}, 600_000)

function accountOf(one: Step): number | undefined {
  return 'workspace' in one ? owners[one.workspace] : one.account
}

function placesOf(account: number | undefined): number[] {
  return [...owners.keys()].filter((place) => owners[place] === account)
}

function arrange(): Promise<World> {
  const core = { sql: database().sql, follow: notifyManagers, publish: () => undefined }
  return newWorld(core, database().owner, everybody, owners)
}

/** From the first event on, the reducer that clients run arrives at the fresh roster; positions have no hole. */
async function expectEventsGiveTheRoster(world: World, place: number): Promise<void> {
  const roster = await rosterOf(world, place)
  if (!roster) return
  const events = await eventsOf(world, streamOf('workspace', placeOf(world, place).id))
  expect(events.map((event) => event.position)).toEqual(events.map((_, index) => index + 1))
  const state = (events as unknown as WorkspaceEvent[]).reduce(applyWorkspaceEvent, null)
  expect(withoutMoments(state)).toEqual(withoutMoments(workspaceState(roster)))
  const seats = (await eventsOf(
    world,
    accountStream(world, placeOf(world, place).account),
  )) as unknown as AccountEvent[]
  if (seats.length > 0) expect(seats.reduce(applyAccountEvent, roster.seats)).toEqual(roster.seats)
}

function readAll({ core }: World, userId: string) {
  const before = new Date(Date.now() + 60_000).toISOString()
  return runCommand(core, markNotificationsRead, { userId, which: { before } })
}

/** What was created without what was read, by the events alone, is what the rows say. */
async function expectUnreadIsWhatIsNotRead(world: World): Promise<void> {
  for (const { id } of world.people) {
    const events = (await eventsOf(world, streamOf('user', id))) as unknown as UserEvent[]
    const [unread] = await readWithin(world.core.sql, { user: id }, (tx) => [unreadOf(tx, id)])
    const counts = Object.fromEntries(unread.map((one) => [one.workspaceId, one.unread]))
    expect(events.reduce(withNotifications, {})).toEqual(counts)
  }
}

/** The moment of expiry is moved by hand here, which no event tells. */
function withoutMoments(state: WorkspaceState) {
  return state && { ...state, invitations: state.invitations.map(({ expiresAt: _, ...invitation }) => invitation) }
}

async function expectTheLineIsRight(world: World, place: number): Promise<void> {
  const [row] = await database().owner<{ wrong: number }[]>`
    with line as (
      select i.holds_seat,
        row_number() over (order by i.line) <= a.addon_seats - (
          select count(*) from members m where m.account_id = a.id and m.role <> 'owner'
        ) as should
      from invitations i join accounts a on a.id = i.account_id
      where a.owner_id = ${world.people[placeOf(world, place).account]?.id ?? ''} and i.status = 'pending'
    )
    select (select count(*)::int from line where holds_seat <> should) as wrong`
  expect(row?.wrong).toBe(0)
  const waiting = await database().owner`
    select id from invitations
    where holds_seat and asked_by is not null and account_id = ${world.people[placeOf(world, place).account]?.accountId ?? ''}`
  expect(waiting).toHaveLength(0)
}
