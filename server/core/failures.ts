import { Refusal } from './errors.ts'

/** `away`: nobody answered. `busy`: too much at once. `late`: the deadline passed, and it may have been done. */
export type DatabaseFailure = 'away' | 'busy' | 'late'

/** Connections that failed, a server that starts or ends, a full disk (53100), one that fails (58), a standby (25006). */
const away = /^(CONNECT|CONNECTION_|ECONN|ETIMEDOUT|EPIPE|EHOST|ENET|EAI_|57P0|53|58|08|25006|25P0)/
const busy = /^(POOL_SHED|57014|55P03|40001|40P01)/

/** What kept the database from doing it, by the error's code; null where the fault is another one, maybe ours. */
export function databaseFailureOf(error: unknown): DatabaseFailure | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'UNIT_LATE') return 'late'
  if (away.test(code)) return 'away'
  return busy.test(code) ? 'busy' : null
}

/** Metrics and alerts tell of a database or a provider that is away; an error in the log is for what somebody has to mend in here. */
export function levelOf(error: unknown): 'warn' | 'error' {
  return databaseFailureOf(error) || error instanceof Refusal ? 'warn' : 'error'
}

/** Whether a connection ended with this error: the server said that it is its last word, or nobody was there. */
export function endedConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, severity } = error as Error & { code?: unknown; severity?: unknown }
  return severity === 'FATAL' || severity === 'PANIC' || /^(CONNECT(ION)?_|E[A-Z]+$)/.test(String(code))
}
