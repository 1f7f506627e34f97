import type { Present } from '#shared/protocol/presence.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { together, type Tx } from '../core/tenant.ts'
import type { Sql } from '../db/sql.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Feed, PresenceSignal } from '../relay/feed.ts'
import { beat, type Companies, type OtherNodes } from './other-nodes.ts'

/** How long what has changed is gathered before it is told, in milliseconds: a storm is told in a few statements. */
const gathering = 100
/** The pause after what could not be told, and while somebody is missing who may be at another node, in milliseconds. */
const again = 1_000
/** The most changes in one statement. */
const most = 5_000

type Change = { workspaceId: string; userId: string; memberId: string }
type Came = Change & Present

export type RoundParts = {
  sql: Sql
  feed: Feed
  log: Log
  metrics: Metrics
  /** This node's name among the nodes. */
  node: string
  companies: Companies
  others: OtherNodes
}

/**
 * Tells the other nodes, through the database, who is in which workspace here, and hears what they have told. Nobody waits
 * for it: what is so at that moment is told behind their backs, and again until it was taken.
 */
export class PresenceRounds {
  private readonly parts: RoundParts
  /** Of whom the database may hold something else than what is so. */
  private readonly doubtful = new Map<string, Change>()
  private timer: NodeJS.Timeout | null = null
  private dueAt = Infinity
  private round: Promise<boolean> | null = null
  private telling = 0
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
    return Math.max(gathering, Math.min(next, this.parts.others.runsOutIn()))
  }

  private async tellAndHear(): Promise<boolean> {
    const { sql, log, metrics, others } = this.parts
    const changes = this.take()
    const [came, left] = this.sorted(changes)
    const asked = others.unheard()
    this.telling += 1
    try {
      const [[answer], heard] = await sql.run((tx) => together(this.tell(tx, came, left), others.ask(tx, asked)))
      if (!answer?.known) this.doubtAll()
      this.hint(came, left)
      others.learn(asked, heard)
      return true
    } catch (error) {
      metrics.presenceFailures.inc()
      log.warn({ err: error }, 'who is here could not be told')
      for (const change of changes) this.doubt(change)
      // it may have been taken all the same, and what was answered, that nothing is known any more, was lost
      this.doubtAll()
      // while the database is away nobody knows who else is: they have the time to say it again
      others.giveTime()
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
