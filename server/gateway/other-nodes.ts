import type { Present } from '#shared/protocol/presence.ts'
import type { Tx } from '../core/tenant.ts'
import type { PresenceSignal } from '../relay/feed.ts'
import type { Company } from './company.ts'

/** How often a node says that it is alive and hears all the others, in milliseconds. */
export const beat = 4_000
/** How long a node's word counts that was heard by a hint alone, in milliseconds: as long as in migrations/0025. */
const patience = 9_000

/** Those of this node, by their workspaces. `heard`: whether it is known who is there on other nodes. */
export type Companies = ReadonlyMap<string, { company: Company; heard: boolean }>

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

/** The other nodes, as far as they are alive, and what they have told of the workspaces that are watched here. */
export class OtherNodes {
  private readonly node: string
  private readonly companies: Companies
  /** Until when the word of each counts. */
  private readonly nodes = new Map<string, number>()
  private heardAllAt = -Infinity

  constructor(node: string, companies: Companies) {
    this.node = node
    this.companies = companies
  }

  /** A hint of what another node has told. */
  hear(signal: PresenceSignal): void {
    const held = this.companies.get(signal.workspaceId)
    if (!held) return
    if (!this.nodes.has(signal.node)) this.nodes.set(signal.node, performance.now() + patience)
    held.company.hear(signal)
  }

  /** The workspaces to hear of: all of them at each beat, and else where somebody is missing or nobody is known yet. */
  unheard(): string[] {
    const isDue = performance.now() - this.heardAllAt >= beat * 0.75
    if (isDue) this.heardAllAt = performance.now()
    const asked = [...this.companies].filter(([, { company, heard }]) => isDue || !heard || company.isMissingSomebody())
    return asked.map(([workspaceId]) => workspaceId)
  }

  ask(tx: Tx, asked: string[]) {
    const known = asked.flatMap((workspaceId) =>
      (this.companies.get(workspaceId)?.company.versions() ?? []).map((version) => [workspaceId, ...version]),
    )
    const [workspaces, nodes, versions] = [0, 1, 2].map((n) => known.map((one) => one[n] ?? null))
    return tx<Heard[]>`
      select node_id, told, lasts, workspace_id, version, members
      from hear_presence(
        ${this.node}, ${asked}::uuid[], ${workspaces ?? []}::uuid[], ${nodes ?? []}::uuid[], ${versions ?? []}::text[]
      )`
  }

  learn(asked: string[], rows: readonly Heard[]): void {
    const now = performance.now()
    const toldBy = new Map(rows.map(({ nodeId, told }) => [nodeId, told]))
    const said = new Set(rows.map(({ nodeId, workspaceId }) => `${nodeId} ${workspaceId}`))
    for (const { nodeId, lasts } of rows) this.nodes.set(nodeId, now + lasts)
    for (const { workspaceId, nodeId, ...row } of rows) {
      if (workspaceId !== null) this.companies.get(workspaceId)?.company.read({ node: nodeId, ...row })
    }
    for (const workspaceId of asked) {
      const held = this.companies.get(workspaceId)
      if (!held) continue
      for (const [node] of held.company.versions()) {
        const told = toldBy.get(node)
        if (told !== undefined && !said.has(`${node} ${workspaceId}`)) held.company.readNothing(node, told)
      }
      held.heard = true
    }
    for (const [node, until] of this.nodes) if (until <= now) this.lapse(node)
  }

  /** How long until the first word runs out, in milliseconds. */
  runsOutIn(): number {
    return Math.min(...this.nodes.values()) - performance.now()
  }

  /** Nobody's word runs out before it could be said again. */
  giveTime(): void {
    for (const node of this.nodes.keys()) this.nodes.set(node, performance.now() + patience)
  }

  /** The node is gone, and its people with it. */
  private lapse(node: string): void {
    this.nodes.delete(node)
    for (const { company } of this.companies.values()) company.lapse(node)
  }
}
