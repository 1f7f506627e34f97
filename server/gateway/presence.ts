import { idOf, kindOf, streamOf, type Stream } from '#shared/protocol/streams.ts'
import type { Sql } from '../db/sql.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'

/** How long what has changed is gathered before it is told, in milliseconds: a storm is told in a few statements. */
const gathering = 100
/** How often a node says that it is alive, in milliseconds. Three may be lost before it counts as gone (migrations/0007). */
const beat = 4_000
/** The pause after what could not be told, in milliseconds. */
const again = 1_000
/** The most changes in one statement. */
const most = 5_000

type Change = { workspaceId: string; userId: string }

type Parts = {
  sql: Sql
  log: Log
  metrics: Metrics
  /** This node's name among the nodes. */
  node: string
  /** What sockets of this node watch, and who watches one of these. */
  streams: () => Iterable<Stream>
  usersIn: (stream: Stream) => ReadonlySet<string>
}

/**
 * Tells the other nodes, through the database, who watches which workspace here. Nobody waits for it: what is so at that
 * moment is told behind their backs, and again until it was taken.
 */
export class Presence {
  private readonly parts: Parts
  /** Of whom the database may hold something else than what is so. */
  private readonly doubtful = new Map<string, Change>()
  private timer: NodeJS.Timeout | null = null
  private telling: Promise<boolean> | null = null
  private closed = false

  constructor(parts: Parts) {
    this.parts = parts
    this.schedule(0)
  }

  /** Somebody has begun or ceased to watch the stream here. */
  changed(stream: Stream, userId: string): void {
    if (kindOf(stream) !== 'workspace') return
    const isFirst = this.doubtful.size === 0
    this.doubt({ workspaceId: idOf(stream), userId })
    if (isFirst && !this.telling) this.schedule(gathering)
  }

  /** This node's people are gone for the others at once. */
  async close(): Promise<void> {
    this.closed = true
    if (this.timer) clearTimeout(this.timer)
    await this.telling
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
    this.timer = setTimeout(() => {
      this.telling = this.tell()
      void this.telling.then((told) => {
        this.telling = null
        // with chance in it, so that many nodes do not beat in step
        const pause = this.doubtful.size > 0 ? gathering : beat * (0.8 + Math.random() * 0.2)
        this.schedule(told ? pause : again)
      })
    }, milliseconds)
    this.timer.unref()
  }

  private async tell(): Promise<boolean> {
    const { sql, log, metrics, node } = this.parts
    const changes = this.take()
    const [came, left] = this.sorted(changes)
    try {
      const [answer] = await sql.run(
        (tx) => tx<{ known: boolean }[]>`
          select tell_presence(
            ${node}, ${workspacesOf(came)}::uuid[], ${usersOf(came)}::uuid[],
            ${workspacesOf(left)}::uuid[], ${usersOf(left)}::uuid[]
          ) as known`,
      )
      if (!answer?.known) this.doubtAll()
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
  private sorted(changes: Change[]): [here: Change[], gone: Change[]] {
    const known = new Map<string, ReadonlySet<string>>()
    for (const { workspaceId } of changes) {
      if (!known.has(workspaceId)) known.set(workspaceId, this.parts.usersIn(streamOf('workspace', workspaceId)))
    }
    const isHere = ({ workspaceId, userId }: Change) => known.get(workspaceId)?.has(userId) ?? false
    return [changes.filter(isHere), changes.filter((change) => !isHere(change))]
  }

  /** What this node said before may be forgotten: its time ran out, or the database crashed. */
  private doubtAll(): void {
    for (const stream of this.parts.streams()) {
      if (kindOf(stream) !== 'workspace') continue
      for (const userId of this.parts.usersIn(stream)) this.doubt({ workspaceId: idOf(stream), userId })
    }
  }
}

function workspacesOf(changes: Change[]): string[] {
  return changes.map(({ workspaceId }) => workspaceId)
}

function usersOf(changes: Change[]): string[] {
  return changes.map(({ userId }) => userId)
}
