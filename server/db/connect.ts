import postgres from 'postgres'
import { Guard, patience, type Watcher } from './guard.ts'

/** A pool. Whatever is asked of it is asked within `guard.run`, which keeps the time. */
export type Sql = postgres.Sql<{ bigint: number }> & { readonly guard: Guard }

type Options = {
  /** Connections. */
  max?: number
  name?: string
  /** Widens every deadline, for tests on a busy machine. */
  patienceFactor?: number
  /** Throws where somebody asks for a second connection while holding one: a pool full of those never ends. */
  strict?: boolean
  watcher?: Watcher
  /** Works as the address's own user, who owns the tables, and not as the unprivileged role. */
  asOwner?: boolean
  /** Keeps its connections for ever: they hold locks that end with them. `lost` hears when one has ended. */
  lost?: () => void
}

const integer = { to: 20, from: [20], serialize: String, parse: Number }
// Times travel as ISO strings in milliseconds, the precision that the protocol has.
const time = {
  to: 1184,
  from: [1184],
  serialize: (value: string | Date) => (typeof value === 'string' ? value : value.toISOString()),
  parse: isoOf,
}
// In UTC (below) the server writes 2026-11-24 12:00:00.123456+00, with as many decimals as there are. What a roster is
// made of, so it is cut rather than parsed.
function isoOf(text: string): string {
  const clock = text.slice(11, -3)
  return `${text.slice(0, 10)}T${clock.length === 8 ? `${clock}.000` : clock.padEnd(12, '0').slice(0, 12)}Z`
}

/** A pool whose connections work as the unprivileged role and give up on what takes too long. */
export function connect(url: string, options: Options = {}): Sql {
  const { max = 20, name = 'rollcall', patienceFactor: factor = 1, strict = false, watcher, asOwner, lost } = options
  const guard = new Guard({ connections: max, factor, strict, watcher })
  const sql = postgres(url, {
    max,
    idle_timeout: lost ? 0 : 300,
    ...(lost && { max_lifetime: null, onclose: lost }),
    connect_timeout: 2 * factor,
    // seconds before a connection that failed is opened anew: a database that is back is not waited for
    backoff: (failures: number) => (0.5 + Math.random() / 2) * Math.min(3 ** failures / 100, 0.5),
    socket: (target: Parameters<Guard['open']>[0]) => guard.open(target),
    onnotice: () => undefined,
    transform: { column: { from: postgres.toCamel } },
    types: { bigint: integer, time },
    connection: {
      application_name: name,
      ...(!asOwner && { role: 'rollcall_app' }),
      TimeZone: 'UTC',
      // every statement is found by its keys, so one plan is as good as the next, and planning costs about as much as running
      plan_cache_mode: 'force_generic_plan',
      statement_timeout: patience.statement * factor,
      lock_timeout: patience.lock * factor,
      idle_in_transaction_session_timeout: patience.unit * factor,
    },
  } as postgres.Options<{ bigint: typeof integer }>)
  return Object.defineProperty(sql, 'guard', { value: guard }) as unknown as Sql
}

/** Refuses to work as a role that row-level security does not bind. */
export async function requireUnprivileged(sql: Sql): Promise<void> {
  const [role] = await sql.guard.run(
    () => sql<{ name: string; privileged: boolean }[]>`
      select current_user as name, rolsuper or rolbypassrls as privileged
      from pg_roles
      where rolname = current_user`,
  )
  if (role?.name !== 'rollcall_app' || role.privileged) {
    throw new Error('The database role rollcall_app must be neither superuser nor exempt from row-level security.')
  }
}
