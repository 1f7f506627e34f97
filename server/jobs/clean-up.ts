import type { Sql } from '../db/sql.ts'
import type { Log } from '../log.ts'
import { reSeal } from '../secrets/re-seal.ts'
import type { Seal } from '../secrets/seal.ts'

const hour = 3_600_000
/** As many rows as are forgotten at a time. */
const batch = 1_000

/**
 * Forgets, once an hour, what has run out: answers kept for repeats, sessions, deliveries, addresses, former secrets, the
 * audit log. Now and once an
 * hour it seals anew what was sealed with an earlier key, also by a node that still had that one.
 */
export function startCleaning(sql: Sql, seal: Seal, log: Log): () => Promise<void> {
  const look = () => reSeal(sql, seal, log).catch((error: unknown) => log.warn({ err: error }, 'sealing anew failed'))
  let working: Promise<unknown> = look()
  const timer = setInterval(() => {
    const cleaning = cleanUp(sql).catch((error: unknown) => log.warn({ err: error }, 'cleaning up failed'))
    working = Promise.all([cleaning, look()])
  }, hour)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await working
  }
}

/** Answers to repeats, and the addresses of visitors, go after a day, deliveries after 30, the audit log and who wants no invitations after 180. */
export async function cleanUp(sql: Sql): Promise<void> {
  await sql.run((tx) => tx`delete from idempotency_keys where created_at < now() - interval '1 day'`)
  await sql.run((tx) => tx`delete from sessions where expires_at < now()`)
  await sql.run((tx) => tx`select forget_former_secrets()`)
  for (const what of ['deliveries', 'addresses', 'audit', 'unwanted'] as const)
    while ((await forget(sql, what)) === batch);
}

async function forget(sql: Sql, what: 'deliveries' | 'addresses' | 'audit' | 'unwanted'): Promise<number> {
  const [row] = await sql.run(
    (tx) => tx<{ forgotten: number }[]>`select ${tx(`forget_${what}`)}(${batch}) as forgotten`,
  )
  return row?.forgotten ?? 0
}
