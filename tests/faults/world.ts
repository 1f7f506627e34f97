import type { AgentStateAnswer } from '#shared/protocol/agents/state.ts'
import type { MeAnswer, RosterAnswer } from '#shared/protocol/requests.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { agentState, userState, workspaceState } from '../support/states.ts'
import { applyAgentEvent, applyUserEvent, applyWorkspaceEvent } from '#shared/state/apply-event.ts'
import type { AgentState, UserState, WorkspaceState } from '#shared/state/snapshots.ts'
import type { Random } from './random.ts'
import { Screen } from './screen.ts'
import type { Topology } from './topology.ts'
import { Traffic, type Operation, type Wanted } from './traffic.ts'

export const password = 'sturdy horse 42'

/** Somebody with an account, a browser and an open page. */
export type Someone = {
  name: string
  email: string
  address: string
  userId: string
  cookie: string
  /** Cookies of sessions that were ended, and when that was answered. */
  formerCookies: { cookie: string; at: number }[]
  screen: Screen
  /** Every body that this person was sent over HTTP. */
  read: string[]
}

/** `agentId`: null where there is none, so that the workspace can be deleted. */
export type Place = {
  id: string
  accountId: string
  agentId: string | null
  owner: Someone
  deleted: boolean
  names: string[]
}

/** Two owners, three workspaces, people who come and go, and one who is never let in. */
export class World {
  readonly people: Someone[] = []
  readonly places: Place[] = []
  /** Links by which somebody may have got in. */
  readonly used = new Set<string>()
  readonly traffic: Traffic
  readonly random: Random
  readonly tag: string
  readonly topology: Topology
  private count = 0
  private readonly sendings = new Map<string, number>()

  constructor(topology: Topology, random: Random, tag: string) {
    this.topology = topology
    this.random = random
    this.tag = tag
    this.traffic = new Traffic(topology)
  }

  get owners(): Someone[] {
    return this.people.slice(0, 2)
  }

  get candidates(): Someone[] {
    return this.people.slice(2, -1)
  }

  get stranger(): Someone {
    return this.people.at(-1) as Someone
  }

  /** A word that nobody else writes. */
  mark(): string {
    this.count += 1
    return `mark${this.tag}x${this.count}x`
  }

  async arrange(): Promise<void> {
    const cast = ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal', 'Mallory']
    const made = await Promise.all(cast.map((name, n) => this.newSomeone(name, n)))
    this.people.push(...made)
    const [ada, bob] = this.owners as [Someone, Someone]
    for (const owner of [ada, bob]) {
      await this.must(owner, { what: 'plan', method: 'PUT', path: '/api/account/plan', body: { plan: 'standard_ai' } })
    }
    for (const owner of [ada, ada, bob]) await this.giveAgent(await this.newPlace(owner))
    for (const someone of this.people) {
      someone.screen.open()
      this.showOwn(someone)
    }
  }

  async newPlace(owner: Someone, twice = false): Promise<Place> {
    const name = this.mark()
    const made = await this.must<{ id: string; accountId: string }>(owner, {
      what: 'createWorkspace', method: 'POST', path: '/api/workspaces', body: { name }, keyed: true, marker: name, twice,
    }) // prettier-ignore
    const place: Place = { id: made.id, accountId: made.accountId, agentId: null, owner, deleted: false, names: [name] }
    this.places.push(place)
    this.show(owner, place)
    return place
  }

  private async giveAgent(place: Place): Promise<void> {
    const path = `/api/workspaces/${place.id}/agents`
    const body = { name: this.mark() }
    const { id } = await this.must<{ id: string }>(place.owner, { what: 'createAgent', method: 'POST', path, body })
    place.agentId = id
    this.show(place.owner, place)
  }

  /** Opens the workspace on the person's page, and its agent beside it. */
  show(someone: Someone, place: Place): void {
    const { agentId } = place
    if (agentId) {
      someone.screen.follow<AgentState>({
        stream: streamOf('agent', agentId),
        takeSnapshot: async () => {
          const answer = await this.read<AgentStateAnswer>(
            someone,
            `/api/workspaces/${place.id}/agents/${agentId}/state`,
          )
          return answer && { position: answer.position, epoch: answer.epoch, state: agentState(answer) }
        },
        apply: applyAgentEvent,
      })
    }
    someone.screen.follow<WorkspaceState>({
      stream: streamOf('workspace', place.id),
      takeSnapshot: async () => {
        const roster = await this.read<RosterAnswer>(someone, `/api/workspaces/${place.id}/roster`)
        return roster && { position: roster.position, epoch: roster.epoch, state: workspaceState(roster) }
      },
      apply: applyWorkspaceEvent,
    })
  }

  /** The person's own list, which every page has: what is added to it opens. */
  private showOwn(someone: Someone): void {
    someone.screen.follow<UserState>({
      stream: streamOf('user', someone.userId),
      takeSnapshot: async () => {
        const me = await this.read<MeAnswer>(someone, '/api/me')
        return me && { position: me.position, epoch: me.epoch, state: userState(me) }
      },
      apply: applyUserEvent,
      news: (event) => {
        if (event.type !== 'workspace.added') return
        const place = this.places.find(({ id }) => id === event.data.workspace.id)
        if (place) this.show(someone, place)
      },
    })
  }

  /** null where there is nothing to see; throws where it cannot be read now. */
  private async read<T>(someone: Someone, path: string): Promise<T | null> {
    const { attempts } = await this.ask(someone, { what: 'read', method: 'GET', path })
    const answer = attempts.at(-1)
    if (answer?.status === 404) return null
    if (answer?.status !== 200) throw new Error(`${path} could not be read.`)
    return answer.body as T
  }

  async ask(someone: Someone, wanted: Wanted): Promise<Operation> {
    const who = { name: someone.name, headers: this.headersOf(someone) }
    const operation = await this.traffic.carryOut(who, wanted, this.random.pick)
    for (const { body } of operation.attempts) if (body) someone.read.push(JSON.stringify(body))
    return operation
  }

  /** For what has to work: arranging, and looking at the end. */
  async must<T>(someone: Someone, wanted: Wanted): Promise<T> {
    let last: unknown
    for (let tries = 0; tries < 20; tries += 1) {
      const { outcome, attempts } = await this.ask(someone, wanted)
      last = attempts
      if (outcome === 'ok') return attempts.find(({ status }) => status !== null && status < 400)?.body as T
      if (outcome === 'refused') throw new Error(`${wanted.what} was refused: ${JSON.stringify(attempts.at(-1)?.body)}`)
    }
    throw new Error(`${wanted.what} could not be done: ${JSON.stringify(last)}`)
  }

  headersOf({ cookie, address }: Someone): Record<string, string> {
    return { Cookie: cookie, 'X-Forwarded-For': address }
  }

  me(someone: Someone): Promise<MeAnswer> {
    return this.must(someone, { what: 'me', method: 'GET', path: '/api/me' })
  }

  /** The link tokens that somebody was sent for a workspace, oldest first, with the moment that each arrived. */
  tokensOf({ email }: Someone, place: Place): { token: string; at: number }[] {
    return this.topology.mail.received.flatMap((mail) => {
      const token = /\/invite#(\S+)/.exec(mail.text)?.[1]
      const ours = mail.to === email && place.names.some((name) => mail.text.includes(name))
      return ours && token ? [{ token, at: mail.at }] : []
    })
  }

  /** An invitation was sent, or sent again: the request for it began at `begun`. */
  noteSending(email: string, { id }: Place, begun: number): void {
    const key = `${email} ${id}`
    this.sendings.set(key, Math.max(begun, this.sendings.get(key) ?? 0))
  }

  /** Whether what came by email at `at` must be dead: another one was asked for after that. Emails can overtake each other. */
  isReplaced(email: string, { id }: Place, at: number): boolean {
    return at < (this.sendings.get(`${email} ${id}`) ?? 0)
  }

  end(): void {
    for (const { screen } of this.people) screen.end()
    this.traffic.stop()
  }

  private async newSomeone(name: string, nth: number): Promise<Someone> {
    const { topology } = this
    const someone: Someone = {
      name, email: `${name.toLowerCase()}.${this.tag}@example.com`, address: `10.${Number(this.tag.length)}.${nth}.${1 + (hash(this.tag) % 250)}`,
      userId: '', cookie: '', formerCookies: [], read: [],
      screen: new Screen(topology, () => this.headersOf(someone), (except) => this.traffic.choose(this.random.pick, except)),
    } // prettier-ignore
    const operation = await this.ask(someone, {
      what: 'signUp', method: 'POST', path: '/api/auth/sign-up', keyed: true,
      body: { email: someone.email, password, name },
    }) // prettier-ignore
    const answer = operation.attempts.at(-1)
    if (answer?.status !== 201) throw new Error(`${name} could not sign up: ${JSON.stringify(answer)}`)
    someone.userId = (answer.body as { user: { id: string } }).user.id
    someone.cookie = cookieIn(answer.headers)
    return someone
  }
}

export function cookieIn(headers: Record<string, string>): string {
  return headers['set-cookie']?.split(';')[0] ?? ''
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7)
}
