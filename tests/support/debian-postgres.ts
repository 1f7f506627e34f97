import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { afterAll, beforeAll } from 'vitest'
import { runnerFor } from '#server/embedded/binaries.ts'
import { findProgram } from './find-program.ts'
import { freePort } from './ports.ts'

export type DebianPostgres = {
  /** The address of a database, as this user. */
  url: (database: string, user?: string) => string
  /** Runs one of PostgreSQL's own programs as a superuser of this server; answers what it printed. */
  run: (program: string, ...words: string[]) => Promise<string>
}

const debian = '/usr/lib/postgresql'
const noMainCluster = '/etc/postgresql-common/createcluster.d/no-main.conf'
const perishable = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
const execute = promisify(execFile)

/**
 * A PostgreSQL of the test file's own, with `pg_dump` and all: the npm package that Rollcall embeds has none of them, and
 * those of Debian refuse a server that is newer than they are. All users have one password.
 */
export function useDebianPostgres(): () => DebianPostgres {
  let server: (DebianPostgres & { stop: () => Promise<void> }) | undefined
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server?.stop())
  return () => {
    if (!server) throw new Error('PostgreSQL starts before the first test.')
    return server
  }
}

export const databasePassword = randomBytes(24).toString('base64url')

async function start() {
  // on the PATH there may be a link to it alone
  const programs = path.dirname(realpathSync(findProgram(initdb)))
  // found after the package: it makes the user postgres
  const { run, uid, gid } = await runnerFor()
  const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-debian-'))
  const data = path.join(folder, 'data')
  const secret = path.join(folder, 'password')
  writeFileSync(secret, databasePassword, { mode: 0o600 })
  mkdirSync(data, { mode: 0o700 })
  if (uid !== null && gid !== null) chownSync(data, uid, gid)
  const port = await freePort()
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', ...perishable]
  const given = settings.map((setting) => `-c ${setting}`).join(' ')
  const words = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${secret}`, '--encoding=UTF8', '--locale=C']
  await run(path.join(programs, 'initdb'), [`--pgdata=${data}`, ...words, '--no-sync', '--no-instructions'])
  const control = (...orders: string[]) =>
    run(path.join(programs, 'pg_ctl'), [`--pgdata=${data}`, '--silent', ...orders])
  await control('start', '--wait', `--log=${path.join(data, 'server.log')}`, `--options=${given}`)
  const address = { PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: 'postgres', PGPASSWORD: databasePassword }
  return {
    url: (database: string, user = 'postgres') =>
      `postgres://${user}:${databasePassword}@127.0.0.1:${port}/${database}`,
    async run(program: string, ...orders: string[]) {
      const { stdout } = await execute(path.join(programs, program), orders, {
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...address },
        maxBuffer: 64 * 1024 * 1024,
      })
      return stdout
    },
    async stop() {
      await control('stop', '--wait', '--mode=immediate')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The newest: server and programs of one version stand in one folder. */
const initdb: Parameters<typeof findProgram>[0] = {
  setting: 'INITDB_PATH',
  names: ['initdb'],
  debianPackage: 'postgresql',
  folders() {
    try {
      const versions = readdirSync(debian).sort((one, other) => Number(other) - Number(one))
      return versions.map((version) => path.join(debian, version, 'bin'))
    } catch {
      return []
    }
  },
  // installed for its programs alone: no server of Debian's own is to run
  beforeInstall() {
    mkdirSync(path.dirname(noMainCluster), { recursive: true })
    writeFileSync(noMainCluster, 'create_main_cluster = false\n')
  },
}

/**
 * Everything that a database is made of but its rows, a line for each fact: what pg_dump must carry over, in our schema
 * and the queue's, and the roles that it names. Lines are alike where what they tell of is alike.
 */
export async function catalogOf(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  const rows = await sql<{ line: string }[]>`
    with spaces as (select * from pg_namespace where nspname in ('public', 'graphile_worker')),
    relations as (
      select c.*, c.oid::regclass::text as name from pg_class c join spaces s on s.oid = c.relnamespace
    ),
    columns as (
      select a.*, r.name || '.' || a.attname as name from pg_attribute a join relations r on r.oid = a.attrelid
      where a.attnum > 0 and not a.attisdropped and r.relkind <> 'i'
    ),
    functions as (select p.*, p.oid::regprocedure::text as name from pg_proc p join spaces s on s.oid = p.pronamespace),
    rights (kind, name, owner, acl) as (
      select 'schema', nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) from spaces
      union all
      select relkind::text, name, relowner, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
      from relations where relkind <> 'i'
      union all select 'column', name, null, attacl from columns
      union all select 'function', name, proowner, coalesce(proacl, acldefault('f', proowner)) from functions
    )
    select concat_ws(' | ', 'owner', kind, name, owner::regrole) as line from rights where owner is not null
    union all
    select concat_ws(' | ', 'grant', kind, name, g.privilege_type, g.grantee::regrole, g.grantor::regrole, g.is_grantable)
    from rights, aclexplode(acl) g
    union all
    select concat_ws(' | ', 'relation', relkind, name, 'rls', relrowsecurity, 'forced', relforcerowsecurity, relpersistence, reloptions)
    from relations
    union all select concat_ws(' | ', 'view', name, pg_get_viewdef(oid)) from relations where relkind = 'v'
    union all
    select concat_ws(' | ', 'column', c.name, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
      attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid))
    from columns c left join pg_attrdef d on d.adrelid = attrelid and d.adnum = attnum
    union all
    select concat_ws(' | ', 'policy', r.name, polname, polcmd, polpermissive, polroles::regrole[],
      'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid))
    from pg_policy join relations r on r.oid = polrelid
    union all
    select concat_ws(' | ', 'constraint', conrelid::regclass, conname, convalidated, pg_get_constraintdef(c.oid))
    from pg_constraint c join spaces s on s.oid = connamespace
    union all
    select concat_ws(' | ', 'trigger', tgenabled, pg_get_triggerdef(t.oid))
    from pg_trigger t join relations r on r.oid = tgrelid where not tgisinternal
    union all
    select concat_ws(' | ', 'index', indisvalid, indisunique, indisprimary, pg_get_indexdef(indexrelid))
    from pg_index join relations r on r.oid = indexrelid
    union all
    select concat_ws(' | ', 'function', name, 'definer', prosecdef, proconfig, pg_get_functiondef(oid)) from functions
    union all
    select concat_ws(' | ', 'sequence', name, seqtypid::regtype, seqstart, seqincrement, seqcache, seqcycle)
    from pg_sequence join relations r on r.oid = seqrelid
    union all
    select concat_ws(' | ', 'role', rolname, rolsuper, rolbypassrls, rolcanlogin, rolinherit, rolcreaterole, rolcreatedb,
      array(select roleid::regrole::text from pg_auth_members where member = pg_roles.oid order by 1))
    from pg_roles where rolname like 'rollcall%'
    union all select concat_ws(' | ', 'database', pg_encoding_to_char(encoding), datdba::regrole, datcollate, datctype)
    from pg_database where datname = current_database()
    order by line`
  await sql.end()
  return rows.map(({ line }) => line)
}
