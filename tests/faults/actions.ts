import type { RosterAnswer } from '#shared/protocol/requests.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import type { Place, Someone } from './cast.ts'
import { answer, turn } from './desk-work.ts'
import type { Operation } from './traffic.ts'
import { cookieIn, password, type World } from './world.ts'

const roles = ['admin', 'editor', 'viewer'] as const

/** One thing that somebody does. Answers null where there was nothing to do. */
type Action = (world: World, twice: boolean) => Promise<Operation | null>

/** What people do, by how often. Each looks first at a roster, as a page would have it. */
const actions: readonly (readonly [number, Action])[] = [
  [6, invite],
  [8, accept],
  [3, remove],
  [1, leave],
  [4, changeRole],
  [2, resend],
  [2, cancel],
  [1, decline],
  [3, rename],
  [3, changeName],
  [2, changeSeats],
  [5, teach],
  [1, signOutAndIn],
  [1, createAndDelete],
  [3, look],
  [2, intrude],
  [2, blink],
  [2, pry],
  [4, answer],
  [3, turn],
]
const total = actions.reduce((sum, [weight]) => sum + weight, 0)

/** Does one random thing. `twice`: sometimes sends a request to two nodes at once, as an impatient client does. */
export async function act(world: World, twice: boolean): Promise<void> {
  let at = world.random.below(total)
  const [, action] = actions.find(([weight]) => (at -= weight) < 0) ?? [0, look]
  await action(world, twice && world.random.chance(0.4))
}

async function seen(world: World, someone: Someone, place: Place): Promise<RosterAnswer | null> {
  const path = `/api/workspaces/${place.id}/roster`
  const { attempts } = await world.ask(someone, { what: 'roster', method: 'GET', path })
  const answer = attempts.at(-1)
  return answer?.status === 200 ? (answer.body as RosterAnswer) : null
}

function somewhere({ places, random }: World): Place {
  return random.pick(places.filter(({ deleted }) => !deleted))
}

type Inside = { place: Place; others: RosterAnswer['members'] }

/** A workspace with somebody in it whom its Owner can do something to; null where they are all alone. */
async function inhabited(world: World): Promise<Inside | null> {
  const first = somewhere(world)
  for (const place of [first, ...world.places.filter((one) => one !== first && !one.deleted)]) {
    const roster = await seen(world, place.owner, place)
    const others = roster?.members.filter(({ role }) => role !== 'owner') ?? []
    if (others.length > 0) return { place, others }
  }
  return null
}

/** Somebody with a link that they have not used yet, if there is anybody; else with any. */
function invited(world: World) {
  const all = world.places
    .filter(({ deleted }) => !deleted)
    .flatMap((place) => world.candidates.map((someone) => ({ someone, place, tokens: world.tokensOf(someone, place) })))
    .filter(({ tokens }) => tokens.length > 0)
  const fresh = all.filter(({ tokens }) => !world.used.has(tokens.at(-1)?.token ?? ''))
  const wanted = fresh.length > 0 && world.random.chance(0.8) ? fresh : all
  return wanted.length > 0 ? world.random.pick(wanted) : null
}

async function invite(world: World, twice: boolean): Promise<Operation> {
  const place = somewhere(world)
  const { random } = world
  // somebody who can come, or an address that nobody reads, so that there is something to cancel
  const roster = await seen(world, place.owner, place)
  const known = new Set([...(roster?.members ?? []), ...(roster?.invitations ?? [])].map(({ email }) => email))
  const outside = world.candidates.filter(({ email }) => !known.has(email))
  const marker = outside.length === 0 || random.chance(0.35) ? world.mark() : null
  const email = marker ? `${marker}@ghost.example.com` : random.pick(outside).email
  const begun = Date.now()
  const operation = await world.ask(place.owner, {
    what: 'invite', method: 'POST', path: `/api/workspaces/${place.id}/invitations`, body: { email, role: random.pick(roles) },
    keyed: true, twice, ...(marker && { marker }), note: { email, workspaceId: place.id },
  }) // prettier-ignore
  if (operation.outcome === 'ok') world.noteSending(email, place, begun)
  return operation
}

/** Where people are impatient, several come at once, for what may be the last seat. */
async function accept(world: World, twice: boolean): Promise<Operation | null> {
  const comers = Array.from({ length: twice ? 3 : 1 }, () => acceptOne(world, twice))
  return (await Promise.all(comers))[0] ?? null
}

/** By a link that was sent at any time: an old one must be dead. */
async function acceptOne(world: World, twice: boolean): Promise<Operation | null> {
  const found = invited(world)
  if (!found) return null
  const { someone, place, tokens } = found
  const old = tokens.length > 1 && world.random.chance(0.35)
  const chosen = old ? world.random.pick(tokens.slice(0, -1)) : tokens.at(-1)
  const operation = await world.ask(someone, {
    what: 'accept', method: 'POST', path: '/api/invitations/accept', body: { token: chosen?.token }, twice,
    note: { token: chosen?.token, replaced: chosen !== undefined && world.isReplaced(someone.email, place, chosen.at), workspaceId: place.id },
  }) // prettier-ignore
  if (operation.outcome !== 'refused') {
    world.used.add(chosen?.token ?? '')
    world.show(someone, place)
  }
  return operation
}

async function decline(world: World, twice: boolean): Promise<Operation | null> {
  const place = somewhere(world)
  const someone = world.random.pick(world.candidates)
  const token = world.tokensOf(someone, place).at(-1)?.token
  if (!token) return null
  return world.ask(someone, {
    what: 'decline',
    method: 'POST',
    path: '/api/invitations/decline',
    body: { token },
    twice,
  })
}

async function changeRole(world: World, twice: boolean): Promise<Operation | null> {
  const inside = await inhabited(world)
  if (!inside) return null
  const { place, others } = inside
  const { id } = world.random.pick(others)
  const role = world.random.pick(roles)
  return world.ask(place.owner, {
    what: 'changeRole', method: 'PATCH', path: `/api/workspaces/${place.id}/members/${id}`, body: { role }, twice,
  }) // prettier-ignore
}

/** Who is removed is often about to come back to the page just then, asks once more, and the work there goes on at once. */
async function remove(world: World, twice: boolean): Promise<Operation | null> {
  const inside = await inhabited(world)
  if (!inside) return null
  const { place, others } = inside
  const { id, userId } = world.random.pick(others)
  const screen = world.people.find((one) => one.userId === userId)?.screen
  if (world.random.chance(0.4)) screen?.lookAgain()
  const operation = await world.ask(place.owner, {
    what: 'remove', method: 'DELETE', path: `/api/workspaces/${place.id}/members/${id}`, twice, note: { userId },
  }) // prettier-ignore
  void screen?.pry(streamOf('workspace', place.id))
  await renameIn(world, place, false)
  return operation
}

async function leave(world: World, twice: boolean): Promise<Operation | null> {
  const inside = await inhabited(world)
  if (!inside) return null
  const { userId } = world.random.pick(inside.others)
  const someone = world.candidates.find((one) => one.userId === userId)
  const path = `/api/workspaces/${inside.place.id}/leave`
  return someone ? world.ask(someone, { what: 'leave', method: 'POST', path, twice }) : null
}

async function ofInvitation(world: World, what: 'resend' | 'cancel', twice: boolean): Promise<Operation | null> {
  const place = somewhere(world)
  const invitations = (await seen(world, place.owner, place))?.invitations ?? []
  if (invitations.length === 0) return null
  const { id, email } = world.random.pick(invitations)
  const path = `/api/workspaces/${place.id}/invitations/${id}`
  if (what === 'cancel') return world.ask(place.owner, { what, method: 'DELETE', path, twice })
  const begun = Date.now()
  const operation = await world.ask(place.owner, { what, method: 'POST', path: `${path}/resend`, twice })
  if (operation.outcome === 'ok') world.noteSending(email, place, begun)
  return operation
}

function resend(world: World, twice: boolean): Promise<Operation | null> {
  return ofInvitation(world, 'resend', twice)
}

function cancel(world: World, twice: boolean): Promise<Operation | null> {
  return ofInvitation(world, 'cancel', twice)
}

function rename(world: World, twice: boolean): Promise<Operation> {
  return renameIn(world, somewhere(world), twice)
}

function renameIn(world: World, place: Place, twice: boolean): Promise<Operation> {
  const name = world.mark()
  place.names.push(name)
  return world.ask(place.owner, {
    what: 'rename', method: 'PATCH', path: `/api/workspaces/${place.id}`, body: { name }, marker: name, twice,
  }) // prettier-ignore
}

async function changeName(world: World, twice: boolean): Promise<Operation> {
  const place = somewhere(world)
  const displayName = world.mark()
  const someone = world.random.pick([...world.candidates, place.owner])
  return world.ask(someone, {
    what: 'changeName', method: 'PATCH', path: `/api/workspaces/${place.id}/membership`, body: { displayName }, marker: displayName, twice,
  }) // prettier-ignore
}

async function changeSeats(world: World, twice: boolean): Promise<Operation> {
  const owner = world.random.pick(world.owners)
  const addonSeats = world.random.below(3)
  return world.ask(owner, {
    what: 'changeSeats',
    method: 'PUT',
    path: '/api/account/seats',
    body: { addonSeats },
    twice,
  })
}

/** Somebody adds to what the agent knows, who may be in it or not. */
async function teach(world: World, twice: boolean): Promise<Operation | null> {
  const { random } = world
  const place = random.pick(world.places.filter(({ agentId }) => agentId))
  const someone = random.chance(0.6) ? place.owner : random.pick(world.candidates)
  const question = world.mark()
  return world.ask(someone, {
    what: 'teach', method: 'POST', path: `/api/workspaces/${place.id}/agents/${place.agentId}/resources`,
    body: { kind: 'qa', question, answer: 'It is so.' }, keyed: true, marker: question, twice,
  }) // prettier-ignore
}

async function signOutAndIn(world: World): Promise<Operation | null> {
  const someone = world.random.pick(world.candidates)
  const { cookie } = someone
  const out = await world.ask(someone, {
    what: 'signOut',
    method: 'POST',
    path: '/api/auth/sign-out',
    note: { userId: someone.userId },
  })
  // sent again after an attempt that worked it is refused: the session is gone either way
  if (out.attempts.at(-1)?.status === 204) {
    someone.formerCookies.push({ cookie, at: Date.now() })
    out.note = { ...out.note, cut: await someone.screen.untilCut(3_000) }
  }
  const body = { email: someone.email, password }
  for (let tries = 0; tries < 20; tries += 1) {
    const back = await world.ask(someone, {
      what: 'signIn',
      method: 'POST',
      path: '/api/auth/sign-in',
      body,
      cookie: '',
    })
    const answer = back.attempts.find(({ status }) => status === 200)
    if (!answer) continue
    someone.cookie = cookieIn(answer.headers)
    someone.screen.comeBack()
    break
  }
  return out
}

/** A workspace that comes and goes; at most a few, so that the others are busy. */
async function createAndDelete(world: World, twice: boolean): Promise<Operation | null> {
  const [owner] = world.owners
  const extra = world.places.slice(3).find(({ deleted }) => !deleted)
  if (!extra) {
    await world.newPlace(owner as Someone, twice)
    return null
  }
  extra.deleted = true
  const operation = await world.ask(extra.owner, {
    what: 'deleteWorkspace',
    method: 'DELETE',
    path: `/api/workspaces/${extra.id}`,
  })
  if (operation.attempts.every(({ status }) => status !== 204 && status !== 404)) extra.deleted = false
  return operation
}

/** Somebody reads; sometimes with the cookie of a session that has ended. */
async function look(world: World): Promise<Operation> {
  const someone = world.random.pick(world.candidates)
  const former = world.random.chance(0.4) ? someone.formerCookies.at(-1) : undefined
  const path = former ? '/api/me' : `/api/workspaces/${somewhere(world).id}/roster`
  return world.ask(someone, {
    what: former ? 'lookWithEndedSession' : 'look', method: 'GET', path, ...(former && { cookie: former.cookie }),
  }) // prettier-ignore
}

/** A connection is lost and comes back, at another node. */
async function blink(world: World): Promise<null> {
  world.random.pick(world.people).screen.lose()
  return null
}

/** Who belongs nowhere, or no more, asks the live side for a stream by its name. */
async function pry(world: World): Promise<null> {
  const { id, agentId } = somewhere(world)
  const written = world.visitors.filter(({ place }) => place.id === id).flatMap(({ conversations }) => conversations)
  const below = [
    ...(agentId ? [streamOf('agent', agentId)] : []),
    ...written.map((one) => streamOf('conversation', one)),
  ]
  const stream = below.length > 0 && world.random.chance(0.6) ? world.random.pick(below) : streamOf('workspace', id)
  const outside = world.people.filter(({ screen }) => screen.kept.get(stream)?.closed ?? true)
  await world.random.pick([world.stranger, ...outside]).screen.pry(stream)
  return null
}

/** Who belongs nowhere tries what others may: by id, and by a link that was not meant for her. */
async function intrude(world: World): Promise<Operation> {
  const place = somewhere(world)
  const token = world.tokensOf(world.random.pick(world.candidates), place).at(-1)?.token
  if (token && world.random.chance(0.5)) {
    return world.ask(world.stranger, {
      what: 'steal',
      method: 'POST',
      path: '/api/invitations/accept',
      body: { token },
    })
  }
  world.show(world.stranger, place)
  const path = `/api/workspaces/${place.id}/${world.random.pick(['roster', 'events', 'membership'])}`
  return world.ask(world.stranger, { what: 'intrude', method: 'GET', path })
}
