import type { Limits } from './limits.ts'

/**
 * Pages are read from other people's servers, so there is a limit for each agent. Asked within the command, of whoever may
 * have pages read; it counts once, however often the command is tried.
 */
export function pagePermit(limits: Limits, { agentId }: { agentId: string }): () => Promise<void> {
  let spent: Promise<void> | undefined
  return () => (spent ??= limits.spend('pagesReadByAgent', agentId))
}
