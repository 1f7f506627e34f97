import { runCommand, type Core } from '../core/run-command.ts'
import type { Log } from '../log.ts'
import { markNotificationsRead } from '../membership/commands/mark-notifications-read.ts'
import { reSeal } from '../secrets/re-seal.ts'
import type { Seal } from '../secrets/seal.ts'

const hour = 3_600_000
/** How long a notification is kept, in milliseconds. */
const notificationAge = 90 * 24 * hour
/** As many rows as are forgotten at a time. */
const batch = 1_000

/**
 * Forgets, once an hour, what has run out: answers kept for repeats, sessions, deliveries, addresses, notifications, former
 * secrets, the audit log. Now and once an
 * hour it seals anew what was sealed with an earlier key, also by a node that still had that one.
 */
export function startCleaning(core: Core, seal: Seal, log: Log): () => Promise<void> {
  const look = () =>
    reSeal(core.sql, seal, log).catch((error: unknown) => log.warn({ err: error }, 'sealing anew failed'))
  let working: Promise<unknown> = look()
  const timer = setInterval(() => {
    const cleaning = cleanUp(core).catch((error: unknown) => log.warn({ err: error }, 'cleaning up failed'))
    working = Promise.all([cleaning, look()])
  }, hour)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await working
  }
}

/** Answers to repeats, and the addresses of visitors, go after a day, deliveries after 30, notifications after 90, the audit log and who wants no invitations after 180. */
export async function cleanUp(core: Core): Promise<void> {
  const { sql } = core
  await sql.run((tx) => tx`delete from idempotency_keys where created_at < now() - interval '1 day'`)
  await sql.run((tx) => tx`delete from sessions where expires_at < now()`)
  await sql.run((tx) => tx`select forget_former_secrets()`)
  await readWhatIsOld(core)
  for (const what of forgotten) while ((await forget(core, what)) === batch);
}

/** Whoever has not read a notification until it goes has one less to read: their pages are told. */
async function readWhatIsOld(core: Core): Promise<void> {
  const before = new Date(Date.now() - notificationAge).toISOString()
  for (;;) {
    const readers = await core.sql.run(
      (tx) => tx<{ id: string }[]>`select id from readers_behind(${before}, ${batch}) as id`,
    )
    if (readers.length === 0) return
    for (const { id: userId } of readers) await runCommand(core, markNotificationsRead, { userId, which: { before } })
  }
}

const forgotten = ['deliveries', 'addresses', 'notifications', 'audit', 'unwanted'] as const

async function forget({ sql }: Core, what: (typeof forgotten)[number]): Promise<number> {
  const [row] = await sql.run(
    (tx) => tx<{ forgotten: number }[]>`select ${tx(`forget_${what}`)}(${batch}) as forgotten`,
  )
  return row?.forgotten ?? 0
}
