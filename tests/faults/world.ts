import { randomBytes } from 'node:crypto'
import type { MeAnswer } from '#shared/protocol/requests.ts'
import type { Place, Someone, Visitor } from './cast.ts'
import { agentPage, agentPathOf, deskPage, ownConversationPage, ownPage, workspacePage } from './pages.ts'
import type { Random } from './random.ts'
import { Screen } from './screen.ts'
import type { Topology } from './topology.ts'
import { Traffic, type Operation, type Wanted } from './traffic.ts'

export const password = 'sturdy horse 42'

/** Two owners, three workspaces, people who come and go, one who is never let in, and visitors of the agents. */
export class World {
  readonly people: Someone[] = []
  readonly visitors: Visitor[] = []
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

  /** Everybody with an open page. */
  get watchers(): (Someone | Visitor)[] {
    return [...this.people, ...this.visitors]
  }

  /** Half of the people look at an agent's Help Desk, the others at what it knows. */
  looksAtDesk(someone: Someone): boolean {
    return this.people.indexOf(someone) % 2 === 1
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
    for (const owner of [ada, ada, bob]) await this.newPlace(owner)
    await Promise.all(this.places.map((place) => this.giveAgent(place)))
    for (const [n, name] of ['Vera', 'Vito', 'Viola', 'Vlad'].entries()) this.visitors.push(this.newVisitor(name, n))
    for (const someone of this.people) {
      someone.screen.open()
      someone.screen.follow(ownPage(this, someone))
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
    const { owner } = place
    const path = `/api/workspaces/${place.id}/agents`
    const body = { name: this.mark() }
    const { id } = await this.must<{ id: string }>(owner, { what: 'createAgent', method: 'POST', path, body })
    place.agentId = id
    const open = { helpDesk: true, messenger: { on: true } }
    await this.must(owner, { what: 'openMessenger', method: 'PATCH', path: agentPathOf(place), body: open })
    this.show(owner, place)
  }

  /** Opens the workspace on the person's page, and its agent beside it. */
  show(someone: Someone, place: Place): void {
    const { screen } = someone
    if (place.agentId && this.looksAtDesk(someone)) screen.follow(deskPage(this, someone, place))
    else if (place.agentId) screen.follow(agentPage(this, someone, place))
    screen.follow(workspacePage(this, someone, place))
  }

  /** Opens a conversation on its visitor's page. */
  showOwn(visitor: Visitor, conversationId: string): void {
    visitor.conversations.push(conversationId)
    visitor.screen.follow(ownConversationPage(this, visitor, conversationId))
  }

  /** null where there is nothing to see; throws where it cannot be read now. */
  async read<T>(who: Someone | Visitor, path: string): Promise<T | null> {
    const { attempts } = await this.ask(who, { what: 'read', method: 'GET', path })
    const answer = attempts.at(-1)
    if (answer?.status === 404) return null
    if (answer?.status !== 200) throw new Error(`${path} could not be read.`)
    return answer.body as T
  }

  async ask(who: Someone | Visitor, wanted: Wanted): Promise<Operation> {
    const asked = { name: who.name, headers: this.headersOf(who) }
    const operation = await this.traffic.carryOut(asked, wanted, this.random.pick)
    for (const { body } of operation.attempts) if (body) who.read.push(JSON.stringify(body))
    return operation
  }

  /** For what has to work: arranging, and looking at the end. */
  async must<T>(who: Someone | Visitor, wanted: Wanted): Promise<T> {
    let last: unknown
    for (let tries = 0; tries < 20; tries += 1) {
      const { outcome, attempts } = await this.ask(who, wanted)
      last = attempts
      if (outcome === 'ok') return attempts.find(({ status }) => status !== null && status < 400)?.body as T
      if (outcome === 'refused') throw new Error(`${wanted.what} was refused: ${JSON.stringify(attempts.at(-1)?.body)}`)
    }
    throw new Error(`${wanted.what} could not be done: ${JSON.stringify(last)}`)
  }

  headersOf(who: Someone | Visitor): Record<string, string> {
    const known = 'token' in who ? { Authorization: `Bearer ${who.token}` } : { Cookie: who.cookie }
    return { ...known, 'X-Forwarded-For': who.address }
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
    for (const { screen } of this.watchers) screen.end()
    this.traffic.stop()
  }

  private async newSomeone(name: string, nth: number): Promise<Someone> {
    const { topology } = this
    const someone: Someone = {
      name, email: `${name.toLowerCase()}.${this.tag}@example.com`, address: this.addressOf(nth),
      userId: '', cookie: '', formerCookies: [], read: [],
      screen: new Screen({ topology, headers: () => this.headersOf(someone), choose: this.choose }),
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

  private newVisitor(name: string, nth: number): Visitor {
    const place = this.places[nth % 3] as Place
    const agentId = place.agentId ?? ''
    const token = randomBytes(32).toString('base64url')
    const headers = () => this.headersOf(visitor)
    const visitor: Visitor = {
      name, address: this.addressOf(100 + nth), token, place, path: `/api/messenger/${agentId}`, conversations: [], read: [],
      screen: new Screen({ topology: this.topology, headers, choose: this.choose, visitor: { agentId, token } }),
    } // prettier-ignore
    return visitor
  }

  private readonly choose = (except?: string) => this.traffic.choose(this.random.pick, except)

  private addressOf(nth: number): string {
    return `10.${this.tag.length}.${nth}.${1 + (hash(this.tag) % 250)}`
  }
}

export function cookieIn(headers: Record<string, string>): string {
  return headers['set-cookie']?.split(';')[0] ?? ''
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7)
}
