import { createHash } from 'node:crypto'
import type { Sql } from '../db/sql.ts'
import { Refusal } from './errors.ts'
import { appendAll, EventDraft, type Appended } from './event-log.ts'
import { together, type Tx } from './tenant.ts'

/** What a command works with. `at` is the database's clock, read after the locks were granted. */
export type Unit = { tx: Tx; at: string; draft: EventDraft }

/**
 * One way that something can change. `open` locks (account, then workspace, then the rest) and reads the actor's rights
 * after the lock (C1), all sent together; `run` decides by the policy, changes rows and appends events.
 */
export type Command<Input, Opened, Result> = {
  open: (tx: Tx, input: Input) => Promise<Opened & { at: string }>
  run: (unit: Unit & Opened, input: Input) => Promise<Result>
}

/** The same key and body within a day have one effect and one answer. `scope` is the caller. */
export type Idempotency = { scope: string; key: string; body: unknown }

export type Outcome<Result> = { result: Result; positions: string; repeated: boolean }

/** What a command runs against. */
export type Core = {
  sql: Sql
  /** What else follows from a command's events, as rows of the same transaction (C4). */
  follow: (unit: Unit) => Promise<void> | undefined
  /** The relay's ear for what was committed. */
  publish: (appended: Appended[]) => void
}

const serializationFailures = new Set(['40001', '40P01'])
const mostTries = 4
/** The most streams whose positions an answer tells: beyond that they are those of single people or conversations. */
const mostPositions = 50

/**
 * Runs `command` in one transaction: rows and events commit together, and only then are the events published.
 * Throws a `Refusal` where it will not be done.
 */
export async function runCommand<Input, Opened, Result>(
  core: Core,
  command: Command<Input, Opened, Result>,
  input: Input,
  idempotency?: Idempotency,
): Promise<Outcome<Result>> {
  const { outcome, appended } = await retried(() =>
    core.sql.run((tx) => inTransaction(core, tx, command, input, idempotency)),
  )
  core.publish(appended)
  return outcome
}

async function inTransaction<Input, Opened, Result>(
  core: Core,
  tx: Tx,
  command: Command<Input, Opened, Result>,
  input: Input,
  idempotency: Idempotency | undefined,
): Promise<{ outcome: Outcome<Result>; appended: Appended[] }> {
  const begun = tx`begin`.execute()
  const earlier = idempotency && (await claim<Outcome<Result>>(tx, idempotency))
  if (earlier) {
    await tx`commit`
    return { outcome: { ...earlier, repeated: true }, appended: [] }
  }
  const [, opened] = await together(begun, command.open(tx, input))
  const draft = new EventDraft()
  const result = await command.run({ ...opened, tx, draft }, input).catch((error: unknown) => {
    throw draft.failure ?? error
  })
  await core.follow({ tx, draft, at: opened.at })
  if (!idempotency) {
    const appended = await appendAll(tx, draft, opened.at, () => tx`commit`)
    return { outcome: { result, positions: positionsOf(appended, draft), repeated: false }, appended }
  }
  const appended = await appendAll(tx, draft, opened.at, async () => undefined)
  const outcome = { result, positions: positionsOf(appended, draft), repeated: false }
  await together(settle(tx, idempotency, outcome), tx`commit`)
  return { outcome, appended }
}

/** Waits for a request with the same key that is under way; answers what it answered, or null: the key is ours now. */
async function claim<Answer>(tx: Tx, { scope, key, body }: Idempotency): Promise<Answer | null> {
  const hash = createHash('sha256').update(JSON.stringify(body)).digest()
  const claimed = await tx`
    insert into idempotency_keys (scope, key, request_hash)
    values (${scope}, ${key}, ${hash})
    on conflict do nothing
    returning key`
  if (claimed.length > 0) return null
  const [row] = await tx<{ requestHash: Buffer; answer: Answer }[]>`
    select request_hash, answer from idempotency_keys where scope = ${scope} and key = ${key}`
  if (!row?.requestHash.equals(hash)) {
    throw new Refusal('idempotency_mismatch', 'This Idempotency-Key was used for another request. Use a new one.')
  }
  return row.answer
}

function settle(tx: Tx, { scope, key }: Idempotency, answer: unknown) {
  return tx`update idempotency_keys set answer = ${tx.json(answer as never)} where scope = ${scope} and key = ${key}`
}

/**
 * Not of streams without number: headers beyond some kilobytes are refused on the way. Nor of those of whoever is told aside:
 * who runs a workspace is no matter of somebody who declines its invitation.
 */
function positionsOf(appended: Appended[], { shown }: EventDraft): string {
  const told = appended.filter(({ stream }) => shown.has(stream)).slice(0, mostPositions)
  return told.map(({ stream, events }) => `${stream}=${events.at(-1)?.position}`).join(', ')
}

async function retried<R>(attempt: () => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!serializationFailures.has(codeOf(error)) || tries === mostTries) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * tries))
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
