import type { Present } from '#shared/protocol/presence.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { together, type Tx } from '../core/tenant.ts'
import type { Sql } from '../db/sql.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Feed, PresenceSignal } from '../relay/feed.ts'
import type { Company } from './company.ts'

/** How long what has changed is gathered before it is told, in milliseconds: a storm is told in a few statements. */
const gathering = 100
/** How often a node says that it is alive and hears all the others, in milliseconds. */
const beat = 4_000
/** How long a node's word counts that was heard by a hint alone, in milliseconds: as long as in migrations/0025. */
const patience = 9_000
/** The pause after what could not be told, and while somebody is missing who may be at another node, in milliseconds. */
const again = 1_000
/** The most changes in one statement. */
const most = 5_000

type Change = { workspaceId: string; userId: string; memberId: string }
type Came = Change & Present

/** What the database has of another node: one row for each workspace, or one without any. */
type Heard = {
  nodeId: string
  told: number
  /** How long its word still counts, in milliseconds. */
  lasts: number
  workspaceId: string | null
  version: string
  members: Present[] | null
}

export type RoundParts = {
  sql: Sql
  feed: Feed
  log: Log
  metrics: Metrics
  /** This node's name among the nodes. */
  node: string
  /** Those of this node, by their workspaces. `heard`: whether it is known who is there on other nodes. */
  companies: ReadonlyMap<string, { company: Company; heard: boolean }>
}

/**
 * Tells the other nodes, through the database, who is in which workspace here, and hears what they have told. Nobody waits
 * for it: what is so at that moment is told behind their backs, and again until it was taken.
 */
export class PresenceRounds {
  private readonly parts: RoundParts
  /** Of whom the database may hold something else than what is so. */
  private readonly doubtful = new Map<string, Change>()
  /** The other nodes, and until when their words count. */
  private readonly nodes = new Map<string, number>()
  private timer: NodeJS.Timeout | null = null
  private dueAt = Infinity
  private round: Promise<boolean> | null = null
  private telling = 0
  private heardAllAt = -Infinity
  private closed = false

  constructor(parts: RoundParts) {
    this.parts = parts
    this.schedule(0)
  }

  /** Somebody came, went or looks at something else. */
  changed(change: Change): void {
    this.doubt(change)
    if (!this.round && this.dueAt > performance.now() + gathering) this.schedule(gathering)
  }

  /** A hint of what another node has told. */
  hear(signal: PresenceSignal): void {
    const held = this.parts.companies.get(signal.workspaceId)
    if (!held) return
    if (!this.nodes.has(signal.node)) this.nodes.set(signal.node, performance.now() + patience)
    held.company.hear(signal)
  }

  /** This node's people are gone for the others at once. */
  async close(): Promise<void> {
    this.closed = true
    if (this.timer) clearTimeout(this.timer)
    await this.round
    const { sql, node, log } = this.parts
    await sql
      .run((tx) => tx`select end_presence(${node})`)
      .catch((error: unknown) => log.warn({ err: error }, 'who was here could not be taken back: it runs out'))
  }

  private doubt(change: Change): void {
    this.doubtful.set(`${change.workspaceId} ${change.userId}`, change)
  }

  private schedule(milliseconds: number): void {
    if (this.closed) return
    if (this.timer) clearTimeout(this.timer)
    this.dueAt = performance.now() + milliseconds
    this.timer = setTimeout(() => {
      this.round = this.tellAndHear()
      void this.round.then((done) => {
        this.round = null
        this.schedule(done ? this.pause() : again)
      })
    }, milliseconds)
    this.timer.unref()
  }

  private pause(): number {
    const held = [...this.parts.companies.values()]
    if (this.doubtful.size > 0 || held.some(({ heard }) => !heard)) return gathering
    if (held.some(({ company }) => company.isMissingSomebody())) return again
    // with chance in it, so that many nodes do not beat in step
    const next = beat * (0.8 + Math.random() * 0.2)
    return Math.max(gathering, Math.min(next, ...[...this.nodes.values()].map((until) => until - performance.now())))
  }

  private async tellAndHear(): Promise<boolean> {
    const { sql, log, metrics } = this.parts
    const changes = this.take()
    const [came, left] = this.sorted(changes)
    const asked = this.unheard()
    this.telling += 1
    try {
      const [[answer], heard] = await sql.run((tx) => together(this.tell(tx, came, left), this.ask(tx, asked)))
      if (!answer?.known) this.doubtAll()
      this.hint(came, left)
      this.learn(asked, heard)
      return true
    } catch (error) {
      metrics.presenceFailures.inc()
      log.warn({ err: error }, 'who is here could not be told')
      for (const change of changes) this.doubt(change)
      // it may have been taken all the same, and what was answered, that nothing is known any more, was lost
      this.doubtAll()
      return false
    }
  }

  private take(): Change[] {
    const taken = [...this.doubtful].slice(0, most)
    for (const [key] of taken) this.doubtful.delete(key)
    return taken.map(([, change]) => change)
  }

  /** Who is here now, and who is not. */
  private sorted(changes: Change[]): [came: Came[], left: Change[]] {
    const known = new Map<string, Map<string, Present>>()
    const came: Came[] = []
    const left: Change[] = []
    for (const change of changes) {
      const { workspaceId, userId } = change
      const company = this.parts.companies.get(workspaceId)?.company
      const here = known.get(workspaceId) ?? company?.onThisNode() ?? new Map<string, Present>()
      known.set(workspaceId, here)
      const present = here.get(userId)
      if (present) came.push({ ...change, ...present })
      else left.push(change)
    }
    return [came, left]
  }

  private tell(tx: Tx, came: Came[], left: Change[]) {
    return tx<{ known: boolean }[]>`
      select tell_presence(
        ${this.parts.node}, ${this.telling},
        ${workspacesOf(came)}::uuid[], ${usersOf(came)}::uuid[], ${came.map(({ places }) => places.join(' '))}::text[],
        ${workspacesOf(left)}::uuid[], ${usersOf(left)}::uuid[]
      ) as known`
  }

  private ask(tx: Tx, asked: string[]) {
    const known = asked.flatMap((workspaceId) =>
      (this.parts.companies.get(workspaceId)?.company.versions() ?? []).map((version) => [workspaceId, ...version]),
    )
    const [workspaces, nodes, versions] = [0, 1, 2].map((n) => known.map((one) => one[n] ?? null))
    return tx<Heard[]>`
      select node_id, told, lasts, workspace_id, version, members
      from hear_presence(
        ${this.parts.node}, ${asked}::uuid[], ${workspaces ?? []}::uuid[], ${nodes ?? []}::uuid[], ${versions ?? []}::text[]
      )`
  }

  /** The workspaces to hear of: all of them at each beat, and else where somebody is missing or nobody is known yet. */
  private unheard(): string[] {
    const isDue = performance.now() - this.heardAllAt >= beat * 0.75
    if (isDue) this.heardAllAt = performance.now()
    const asked = [...this.parts.companies].filter(
      ([, { company, heard }]) => isDue || !heard || company.isMissingSomebody(),
    )
    return asked.map(([workspaceId]) => workspaceId)
  }

  private learn(asked: string[], rows: readonly Heard[]): void {
    const now = performance.now()
    const toldBy = new Map(rows.map(({ nodeId, told }) => [nodeId, told]))
    const said = new Set(rows.map(({ nodeId, workspaceId }) => `${nodeId} ${workspaceId}`))
    for (const { nodeId, lasts } of rows) this.nodes.set(nodeId, now + lasts)
    for (const { workspaceId, nodeId, ...row } of rows) {
      if (workspaceId !== null) this.parts.companies.get(workspaceId)?.company.read({ node: nodeId, ...row })
    }
    for (const workspaceId of asked) {
      const held = this.parts.companies.get(workspaceId)
      if (!held) continue
      for (const [node] of held.company.versions()) {
        const told = toldBy.get(node)
        if (told !== undefined && !said.has(`${node} ${workspaceId}`)) held.company.readNothing(node, told)
      }
      held.heard = true
    }
    // only by what the database answers: while it is away nobody knows who else is
    for (const [node, until] of this.nodes) if (until <= now) this.lapse(node)
  }

  /** The node is gone, and its people with it. */
  private lapse(node: string): void {
    this.nodes.delete(node)
    for (const { company } of this.parts.companies.values()) company.lapse(node)
  }

  /** Behind the database, so that whoever looks there after a hint finds no less than it said. */
  private hint(came: Came[], left: Change[]): void {
    const hints = new Map<string, PresenceSignal>()
    const hintFor = (workspaceId: string) => {
      const hint = hints.get(workspaceId) ?? {
        workspaceId, node: this.parts.node, telling: this.telling, here: [], gone: [],
      } // prettier-ignore
      hints.set(workspaceId, hint)
      return hint
    }
    for (const { workspaceId, memberId, places } of came) hintFor(workspaceId).here.push({ memberId, places })
    for (const { workspaceId, memberId } of left) hintFor(workspaceId).gone.push(memberId)
    for (const [workspaceId, hint] of hints) this.parts.feed.signal([streamOf('workspace', workspaceId)], hint)
  }

  /** What this node said before may be forgotten: its time ran out, or the database crashed. */
  private doubtAll(): void {
    for (const [workspaceId, { company }] of this.parts.companies) {
      for (const [userId, { memberId }] of company.onThisNode()) this.doubt({ workspaceId, userId, memberId })
    }
  }
}

function workspacesOf(changes: Change[]): string[] {
  return changes.map(({ workspaceId }) => workspaceId)
}

function usersOf(changes: Change[]): string[] {
  return changes.map(({ userId }) => userId)
}
