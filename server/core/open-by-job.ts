import { lockedAgent } from './opening.ts'
import { timeNow, together, type Answers, type Statements, type Tx } from './tenant.ts'

/**
 * Opens what a job does in an agent, where nobody acts. Locked as `openAgent` locks a part of it: what a job tells of stands
 * behind every removal that was committed before, too (S5). `reads` are sent behind the locks, and lock what they need.
 */
export async function openByJob<const S extends Statements>(
  tx: Tx,
  ids: { workspaceId: string; agentId: string },
  ...reads: S
): Promise<{ found: Answers<S>; at: string }> {
  const answers = await together(...lockedAgent(tx, ids, 'part'), ...reads, timeNow(tx))
  const [{ at }] = answers.at(-1) as [{ at: string }]
  return { found: answers.slice(3, -1) as Answers<S>, at }
}
