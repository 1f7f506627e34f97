import type { Tx } from '../db/connection.ts'
import type { Sql } from '../db/sql.ts'

export type { Tx }

/** What a transaction may see, enforced by row-level security (migrations/0005). Ids are UUIDs. */
export type Scope = {
  workspace?: string
  /** An agent of `workspace`; what is an agent's is seen with both alone. */
  agent?: string
  account?: string
  user?: string
  /** sha256 of an invitation's token, in hex. */
  tokenHash?: string
  /** sha256 of an API key, in hex. */
  keyHash?: string
  avatarHash?: string
  streams?: readonly string[]
}

/** Sets the transaction's scope until its end; a field that is missing keeps what it was. */
export function enter(tx: Tx, scope: Scope) {
  return tx`
    select
      set_config('app.workspace_id', coalesce(${scope.workspace ?? null}, current_setting('app.workspace_id', true), ''), true),
      set_config('app.agent_id', coalesce(${scope.agent ?? null}, current_setting('app.agent_id', true), ''), true),
      set_config('app.account_id', coalesce(${scope.account ?? null}, current_setting('app.account_id', true), ''), true),
      set_config('app.user_id', coalesce(${scope.user ?? null}, current_setting('app.user_id', true), ''), true),
      set_config('app.token_hash', coalesce(${scope.tokenHash ?? null}, current_setting('app.token_hash', true), ''), true),
      set_config('app.key_hash', coalesce(${scope.keyHash ?? null}, current_setting('app.key_hash', true), ''), true),
      set_config('app.avatar_hash', coalesce(${scope.avatarHash ?? null}, current_setting('app.avatar_hash', true), ''), true),
      set_config('app.streams', coalesce(${scope.streams?.join(',') ?? null}, current_setting('app.streams', true), ''), true)`
}

/** The database's clock. Sent behind locks it tells when they were granted: what waited is later than what it waited for. */
export function timeNow(tx: Tx) {
  return tx<[{ at: string }]>`select date_trunc('milliseconds', clock_timestamp()) as at`
}

/** Statements that were sent together, so that they cost one round trip. */
export type Statements = readonly PromiseLike<unknown>[]
export type Answers<S extends Statements> = { -readonly [K in keyof S]: Awaited<S[K]> }

/**
 * Sends all the statements, in the order in which they stand here, before it waits for the first answer. A statement is
 * sent when it is executed, not when it is written; so what stands here must be statements, not functions that await.
 */
export function together<const S extends Statements>(...statements: S): Promise<Answers<S>> {
  for (const statement of statements) {
    if (isLazy(statement)) statement.execute()
  }
  return Promise.all(statements) as Promise<Answers<S>>
}

type Lazy = { execute: () => unknown }

function isLazy(statement: PromiseLike<unknown> & Partial<Lazy>): statement is PromiseLike<unknown> & Lazy {
  return typeof statement.execute === 'function'
}

/** Several reads of one consistent snapshot within `scope`, in one round trip. */
export async function readWithin<const S extends Statements>(
  sql: Sql,
  scope: Scope,
  reads: (tx: Tx) => S,
): Promise<Answers<S>> {
  return sql.run(async (tx) => {
    const wanted = reads(tx)
    const answers = await together(
      tx`begin isolation level repeatable read read only`,
      enter(tx, scope),
      ...wanted,
      tx`commit`,
    )
    return answers.slice(2, -1) as Answers<S>
  })
}

/** Several statements within `scope` that stand or fall together, in one round trip: what is no command, told to nobody. */
export async function writeWithin<const S extends Statements>(
  sql: Sql,
  scope: Scope,
  statements: (tx: Tx) => S,
): Promise<Answers<S>> {
  return sql.run(async (tx) => {
    const answers = await together(tx`begin`, enter(tx, scope), ...statements(tx), tx`commit`)
    return answers.slice(2, -1) as Answers<S>
  })
}
