import { randomUUID } from 'node:crypto'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import { changeBilling } from '#server/accounts/commands/change-billing.ts'
import { signUp } from '#server/accounts/commands/sign-up.ts'
import { Refusal } from '#server/core/errors.ts'
import { readEvents, type LoggedEvent } from '#server/core/event-log.ts'
import { runCommand, type Command, type Core } from '#server/core/run-command.ts'
import { acceptInvitation } from '#server/membership/commands/accept-invitation.ts'
import { cancelInvitation } from '#server/membership/commands/cancel-invitation.ts'
import { changeInvitationRole } from '#server/membership/commands/change-invitation-role.ts'
import { changeMemberRole } from '#server/membership/commands/change-member-role.ts'
import { changeWorkspace } from '#server/membership/commands/change-workspace.ts'
import { createWorkspace } from '#server/membership/commands/create-workspace.ts'
import { declineInvitation } from '#server/membership/commands/decline-invitation.ts'
import { deleteWorkspace } from '#server/membership/commands/delete-workspace.ts'
import { expireInvitations } from '#server/membership/commands/expire-invitations.ts'
import { leaveWorkspace } from '#server/membership/commands/leave-workspace.ts'
import { removeMember } from '#server/membership/commands/remove-member.ts'
import { resendInvitation } from '#server/membership/commands/resend-invitation.ts'
import { sendInvitations } from '#server/membership/commands/send-invitations.ts'
import { readRoster } from '#server/membership/queries/roster.ts'
import type { Model, Step } from './model.ts'

type Someone = { id: string; email: string; accountId: string }
type Somewhere = { id: string; account: number }

/** The real core on a real database, driven without HTTP so that thousands of histories fit into a run. */
export type World = {
  core: Core
  owner: { unsafe: (text: string, values: string[]) => PromiseLike<unknown> }
  people: Someone[]
  places: Somewhere[]
  tokens: Map<string, string>
}

const never = randomUUID()
const nobody = new Set<string>()

export async function newWorld(core: Core, owner: World['owner'], people: number, owners: number[]): Promise<World> {
  const world: World = { core, owner, people: [], places: [], tokens: new Map() }
  for (let n = 0; n < people; n += 1) {
    // names of their own: handles that are alike are given out one after the other
    const name = randomUUID()
    const email = `${name}@example.com`
    const { result } = await runCommand(core, signUp, { email, passwordHash: 'unused', name, seal: (token) => token })
    world.people.push({ id: result.user.id, email, accountId: '' })
  }
  for (const account of owners) {
    const person = personOf(world, account)
    const { result } = await runCommand(core, createWorkspace, { userId: person.id, name: randomUUID() })
    person.accountId = result.accountId
    world.places.push({ id: result.id, account })
  }
  return world
}

/** Carries a step out for real; answers `ok`, `waiting` or the refusal's code. Anything else is thrown. */
export async function carryOut(world: World, step: Step): Promise<string> {
  if (!('workspace' in step)) {
    return attempt(world, changeBilling, { userId: personOf(world, step.account).id, addonSeats: step.seats })
  }
  const workspaceId = placeOf(world, step.workspace).id
  if (!('person' in step)) {
    const input = { userId: personOf(world, step.actor).id, workspaceId }
    if (step.do === 'delete') return attempt(world, deleteWorkspace, input)
    return attempt(world, changeWorkspace, { ...input, name: `Renamed ${randomUUID().slice(0, 4)}` })
  }
  const person = personOf(world, step.person)
  const key = `${step.workspace}/${step.person}`
  const token = world.tokens.get(key) ?? 'none'
  const seal = (fresh: string) => (world.tokens.set(key, fresh), fresh)
  if (!('actor' in step)) {
    if (step.do === 'expire') return expire(world, step, workspaceId, person)
    if (step.do === 'leave') return attempt(world, leaveWorkspace, { userId: person.id, workspaceId })
    if (step.do === 'accept') return attempt(world, acceptInvitation, { userId: person.id, token })
    return attempt(world, declineInvitation, { userId: person.id, token })
  }
  const input = { userId: personOf(world, step.actor).id, workspaceId }
  const { member: memberId, invitation: invitationId } = await idsOf(world, workspaceId, person)
  if (!('role' in step)) {
    if (step.do === 'remove') return attempt(world, removeMember, { ...input, memberId })
    if (step.do === 'cancel') return attempt(world, cancelInvitation, { ...input, invitationId })
    return attempt(world, resendInvitation, { ...input, invitationId, seal })
  }
  const { role } = step
  if (step.do === 'changeRole') return attempt(world, changeMemberRole, { ...input, memberId, role })
  if (step.do === 'changeInvitationRole') return attempt(world, changeInvitationRole, { ...input, invitationId, role })
  return attempt(world, sendInvitations, {
    ...input,
    invitations: [{ email: person.email, role }],
    seal,
    permit: async () => undefined,
  })
}

async function attempt<I, O, R>(world: World, command: Command<I, O, R>, input: I): Promise<string> {
  try {
    const { result } = await runCommand(world.core, command, input)
    if (Array.isArray(result)) return (result as { error?: { code: string } }[])[0]?.error?.code ?? 'ok'
    return (result as { outcome?: string } | undefined)?.outcome === 'waiting' ? 'waiting' : 'ok'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** Moves an invitation's moment to now; unless late, its job comes at once. */
async function expire(
  world: World,
  step: { workspace: number; late: boolean },
  workspaceId: string,
  person: Someone,
): Promise<string> {
  const text = `update invitations set expires_at = now() where workspace_id = $1 and email = $2 and status = 'pending'`
  await world.owner.unsafe(text, [workspaceId, person.email])
  const exists = await rosterOf(world, step.workspace)
  if (step.late || !exists) return 'ok'
  return attempt(world, expireInvitations, {
    accountId: personOf(world, placeOf(world, step.workspace).account).accountId,
  })
}

/** The ids that a panel would show for a person; of nobody where there are none. */
async function idsOf(world: World, workspaceId: string, person: Someone) {
  const place = world.places.findIndex(({ id }) => id === workspaceId)
  const roster = await rosterOf(world, place)
  return {
    member: roster?.members.find(({ userId }) => userId === person.id)?.id ?? never,
    invitation: roster?.invitations.find(({ email }) => email === person.email)?.id ?? never,
  }
}

export async function rosterOf(world: World, place: number) {
  const { id, account } = placeOf(world, place)
  const reader = { userId: personOf(world, account).id, workspaceId: id }
  return readRoster(world.core.sql, 'epoch', { node: crypto.randomUUID(), here: () => nobody }, reader).catch(
    (error: unknown) => {
      if (error instanceof Refusal) return null
      throw error
    },
  )
}

export function eventsOf(world: World, stream: Stream): Promise<LoggedEvent[]> {
  return readEvents(world.core.sql, stream, 0, 10_000)
}

export function accountStream(world: World, account: number): Stream {
  return streamOf('account', personOf(world, account).accountId)
}

export function personOf(world: World, n: number): Someone {
  const person = world.people[n]
  if (!person) throw new Error(`There is no person ${n}`)
  return person
}

export function placeOf(world: World, n: number): Somewhere {
  const place = world.places[n]
  if (!place) throw new Error(`There is no workspace ${n}`)
  return place
}

/** What the model says a workspace looks like, in the words of the roster. */
export function expectedRoster(model: Model, world: World, place: number) {
  const own = model.workspaces[place]
  if (!own) return null
  const holders = model.holders(own.account)
  const email = (n: number) => personOf(world, n).email
  return {
    members: [...own.members].map(([n, role]) => `${email(n)} ${role}`).sort(),
    invitations: own.invited
      .map(
        (one) =>
          `${email(one.person)} ${one.role} ${one.status} ${holders.has(one) ? 'held' : 'waiting'} ${one.asked ? 'asked' : ''}`,
      )
      .sort(),
    active: model.active(own.account),
    pending: model.line(own.account).length,
    limit: model.limits[own.account],
  }
}

export function actualRoster(roster: Awaited<ReturnType<typeof rosterOf>>) {
  if (!roster) return null
  return {
    members: roster.members.map(({ email, role }) => `${email} ${role}`).sort(),
    invitations: roster.invitations
      .map(({ email, role, status, seat, askedAt }) => `${email} ${role} ${status} ${seat} ${askedAt ? 'asked' : ''}`)
      .sort(),
    active: roster.seats.active,
    pending: roster.seats.pending,
    limit: roster.seats.limit,
  }
}
