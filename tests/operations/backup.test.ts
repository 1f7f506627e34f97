import { EventEmitter, once } from 'node:events'
import path from 'node:path'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { StreamSync } from '#client/sdk/sync.ts'
import { includedSeats, seatsOf, type Plan, type Seats } from '#shared/plans.ts'
import type { WorkspaceEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { applyWorkspaceEvent } from '#shared/state/apply-event.ts'
import type { WorkspaceState } from '#shared/state/snapshots.ts'
import { catalogOf, databasePassword, useDebianPostgres, type DebianPostgres } from '../support/debian-postgres.ts'
import { connectLive, positionIn, type Live } from '../support/live.ts'
import { startMailPeer, tokenIn, type MailPeer } from '../support/mail.ts'
import type { TestNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, type Person } from '../support/people.ts'
import { useProgram, type Program } from '../support/program.ts'
import { workspaceState } from '../support/states.ts'
import { verifyFromTheStart } from '../support/verify-command.ts'

// the drill of docs/backup.md, once; each test then starts the program on what was restored
const original = useDebianPostgres()
const elsewhere = useDebianPostgres()
const { folder, start } = useProgram()
type Team = Awaited<ReturnType<typeof newTeam>>
const secretKey = 'the key that a restored installation keeps'
/** Where people go: the same address, whatever program answers there. */
const place = { port: 0, url: '' } as TestNode
const programs: Program[] = []
let mail: MailPeer | undefined
let drill: Awaited<ReturnType<typeof carryOut>>

beforeAll(async () => {
  drill = await carryOut()
  programs.splice(0)
})

afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.signal('SIGTERM')
    expect(await program.ended).toBe(0)
    expect(program.complaints).toEqual([])
  }
})

afterAll(async () => {
  // where the drill itself failed
  for (const program of programs) await program.kill()
  await mail?.stop()
})

test('172 T1 row-level security, policies, grants, constraints, triggers, functions and indexes are restored to the letter', async () => {
  const [before, after] = await Promise.all(
    [original(), elsewhere()].map((server) => catalogOf(server.url('rollcall'))),
  )
  expect(after).toEqual(before)
  // all of it was looked at: migrations can only add to this
  const facts = (pattern: RegExp) => before?.filter((line) => pattern.test(line)).length
  expect(facts(/^relation \| r \| \w+ \| rls \| t \| forced \| t /)).toBeGreaterThanOrEqual(8)
  expect(facts(/^policy \| \w+ \| (scoped|definer_reads) /)).toBeGreaterThanOrEqual(12)
  expect(facts(/^grant \| column \| members\.\w+ \| UPDATE \| rollcall_app /)).toBeGreaterThanOrEqual(3)
  expect(facts(/^function \| \w+\(.*\) \| definer \| t \| \{"search_path=/)).toBeGreaterThanOrEqual(7)
})

test('172 S1 I1 every invariant holds, and what was restored is the original as it was at one moment', async () => {
  const [before, after] = [sqlOf(original()), sqlOf(elsewhere())]
  const events = (sql: postgres.Sql) =>
    sql<{ event: string }[]>`select row_to_json(e)::text as event from events e order by stream, position`
  const told = new Set((await events(before)).map(({ event }) => event))
  const kept = (await events(after)).map(({ event }) => event)
  expect(kept.filter((event) => !told.has(event))).toEqual([])
  expect(kept.length).toBeLessThan(told.size)
  expect(await violations(after)).toEqual([])
  for (const { seats, ...counted } of await accounts(after)) expect(seats).toEqual(seatsOf(counted))
  await Promise.all([before.end(), after.end()])
})

test('172 S3 from the first event on, the log of what was restored tells every roster, account and list', async () => {
  await serve(elsewhere(), 'rollcall')
  const { team } = drill
  await team.edsger.signIn()
  for (const person of [team.ada, team.grace, team.edsger, team.barbara]) {
    await verifyFromTheStart(place, person, team.workspace.id)
  }
  const own = (await team.mallory.me()).workspaces
  expect(own.length).toBeGreaterThan(1)
  for (const { id } of own) await verifyFromTheStart(place, team.mallory, id)
})

test('S6b whoever is ahead of the restored log is reset, and so is whoever is behind it', async () => {
  await serve(elsewhere(), 'rollcall')
  const { team, stream, held } = drill
  const { position, epoch } = await team.ada.roster(team.workspace.id)
  expect(epoch).not.toBe(held.epoch)
  expect(held.position).toBeGreaterThan(position)
  const live = await connectLive(place, team.grace)
  const reset = { ok: true, reset: true, position, epoch }
  expect(await live.watch(stream, held.position, held.epoch)).toEqual(reset)
  expect(await live.watch(stream, 1, held.epoch)).toEqual(reset)
  // ahead is never believed, whatever the epoch
  expect(await live.watch(stream, held.position, epoch)).toEqual(reset)
  live.close()
})

test('S6b a page that stayed open is reset, though the restored log has grown past it, and follows it from there', async () => {
  await serve(elsewhere(), 'rollcall')
  const { team, page, stream, held } = drill
  expect(page.state()?.workspace.name).toBe('After the dump')
  expect(page.state()?.invitations.map(({ email }) => email)).toContain('late@example.com')
  const rename = async (name: string) =>
    positionIn((await team.grace.patch(`/api/workspaces/${team.workspace.id}`, { name })).headers, stream)
  for (let position = 0; position <= held.position;) position = await rename(`Another history, ${position}`)

  await page.connect()
  await page.until((state) => state?.workspace.name !== 'After the dump')
  expect(page.state()).toEqual(workspaceState(await team.ada.roster(team.workspace.id)))
  expect(page.state()?.invitations.map(({ email }) => email)).not.toContain('late@example.com')
  await rename('The newest')
  await page.until((state) => state?.workspace.name === 'The newest')
  expect(page.state()).toEqual(workspaceState(await team.ada.roster(team.workspace.id)))
  expect(page.snapshots()).toBe(2)
  page.close()
})

test('sessions, passwords and links from before the dump work; who signed up after it is unknown', async () => {
  await serve(elsewhere(), 'rollcall')
  const { team, kay, linkOfKay, late } = drill
  expect((await team.ada.me()).user.id).toBe(team.ada.userId)
  expect((await team.grace.signIn()).status).toBe(200)
  const joined = await kay.signUp(linkOfKay)
  expect(joined).toMatchObject({ status: 201, body: { invitation: 'accepted' } })
  expect((await late.get('/api/me')).status).toBe(401)
  expect((await late.signIn()).status).toBe(401)
})

test('what was taken back after the dump is given again: a membership, a session', async () => {
  await serve(elsewhere(), 'rollcall')
  const { team, sessionOfEdsger } = drill
  const back = await team.barbara.roster(team.workspace.id)
  expect(back.members.map(({ email }) => email)).toContain(team.barbara.email)
  expect((await team.edsger.call('GET', '/api/me', undefined, { Cookie: sessionOfEdsger })).status).toBe(200)
})

test('I16 an email that waited in the dump is sent, and its link, sealed with the key that was kept, works', async () => {
  await serve(elsewhere(), 'rollcall')
  const { alan } = drill
  const token = tokenIn(await place.mail.next(alan.email))
  expect(await alan.signUp(token)).toMatchObject({ status: 201, body: { invitation: 'accepted' } })
})

test('S6b restored beside the original, under another name, it is another log, too', async () => {
  const { team, held } = drill
  await serve(original(), 'beside')
  const { epoch } = await team.ada.roster(team.workspace.id)
  expect(epoch).not.toBe(held.epoch)
})

test('the owner of the tables is refused a dump, since row-level security binds it, too', async () => {
  const dump = original().run('pg_dump', '--username=rollcall', '--format=custom', 'rollcall')
  await expect(dump).rejects.toThrow('would be affected by row-level security policy')
})

/** People at work, a dump of it meanwhile, more work, the end of the original, and the dump restored in two places. */
async function carryOut() {
  const program = await install()
  const team = await newTeam(place)
  const { ada, grace, workspace } = team
  const [kay, alan] = [newPerson(place, 'Kay'), newPerson(place, 'Alan')]
  const { token: linkOfKay } = await ada.inviteByMail(workspace.id, kay.email)
  const page = openPage(ada, workspace.id)
  await page.connect()
  const stream = streamOf('workspace', workspace.id)
  const watcher = await connectLive(place, grace)
  await watcher.watch(stream)

  // with the SMTP server away, this email waits in the queue
  await place.mail.stop()
  expect((await ada.invite(workspace.id, alan.email)).status).toBe(201)
  const [roles, dump] = await dumpAmidWork(team)
  const after = await workAfterTheDump(team)
  await page.until((state) => state?.workspace.name === 'After the dump')
  watcher.close()
  program.signal('SIGTERM')
  expect(await program.ended).toBe(0)
  // nothing but the emails that it could not send
  expect(program.complaints.filter((line) => !line.includes('"job":"send-email"'))).toEqual([])

  await elsewhere().run('psql', `--file=${roles}`)
  await restore(elsewhere(), 'rollcall', dump)
  await restore(original(), 'beside', dump)
  place.mail = mail = await startMailPeer()
  return { team, stream, page, kay, linkOfKay, alan, ...after }
}

async function install(): Promise<Program> {
  const roles = [
    `create role rollcall login createrole password '${databasePassword}'`,
    `create role rollcall_backup login bypassrls password '${databasePassword}' in role pg_read_all_data`,
  ]
  await original().run('psql', ...roles.map((role) => `--command=${role}`))
  await original().run('createdb', '--owner=rollcall', 'rollcall')
  place.mail = await startMailPeer()
  return serve(original(), 'rollcall')
}

/** Changes before and during the dump, which sees some of them: whatever it sees must be whole. Answers both files. */
async function dumpAmidWork({ ada, grace, mallory, workspace, edsgerId }: Team): Promise<[string, string]> {
  const round = async (n: number) => {
    const answers = await Promise.all([
      ada.invite(workspace.id, `round-${n}@example.com`),
      ada.patch(`/api/workspaces/${workspace.id}/members/${edsgerId}`, { role: n % 2 ? 'editor' : 'viewer' }),
      grace.patch(`/api/workspaces/${workspace.id}`, { name: `Round ${n}` }),
      mallory.post('/api/workspaces', { name: `Round ${n}` }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 201])
  }
  await round(0)
  const files = await folder()
  const [roles, dump] = [path.join(files, 'roles.sql'), path.join(files, 'rollcall.dump')]
  await original().run('pg_dumpall', '--roles-only', `--file=${roles}`)
  const words = ['--username=rollcall_backup', '--format=custom', `--file=${dump}`, 'rollcall']
  let over = false
  const dumped = original()
    .run('pg_dump', ...words)
    .finally(() => (over = true))
  for (let n = 1; !over; n += 1) await round(n)
  await dumped
  return [roles, dump]
}

/** What a restored database does not know; answers what is held of it. */
async function workAfterTheDump({ ada, edsger, workspace, barbaraId }: Team) {
  const address = `/api/workspaces/${workspace.id}`
  const late = await newUser(place, 'Late')
  const sessionOfEdsger = edsger.cookie()
  expect((await edsger.post('/api/auth/sign-out')).status).toBe(204)
  expect((await ada.delete(`${address}/members/${barbaraId}`)).status).toBe(204)
  expect((await ada.invite(workspace.id, 'late@example.com')).status).toBe(201)
  expect((await ada.patch(address, { name: 'After the dump' })).status).toBe(200)
  return { late, sessionOfEdsger, held: await ada.roster(workspace.id) }
}

async function restore(server: DebianPostgres, database: string, dump: string): Promise<void> {
  await server.run('createdb', '--owner=rollcall', database)
  await server.run(
    'pg_restore',
    '--username=rollcall',
    '--exit-on-error',
    '--single-transaction',
    `--dbname=${database}`,
    dump,
  )
  await server.run('vacuumdb', '--analyze-only', '--quiet', database)
}

/** The built program on this database, as its owner, which is no superuser. */
async function serve(server: DebianPostgres, database: string): Promise<Program> {
  const program = start({
    DATABASE_URL: server.url(database, 'rollcall'),
    SECRET_KEY: secretKey,
    SMTP_URL: place.mail.url,
  })
  programs.push(program)
  place.port = await program.port()
  place.url = `http://localhost:${place.port}`
  return program
}

/** A page that stays open while the database behind it is exchanged: the client's own code on a real socket. */
function openPage(person: Person, workspaceId: string) {
  const news = new EventEmitter().setMaxListeners(0)
  const stream = streamOf('workspace', workspaceId)
  let live: Live | null = null
  let shown: WorkspaceState = null
  let snapshots = 0
  const source = {
    stream,
    async takeSnapshot() {
      snapshots += 1
      const roster = await person.roster(workspaceId)
      return { position: roster.position, epoch: roster.epoch, state: workspaceState(roster) }
    },
    apply: applyWorkspaceEvent,
    changed(state: WorkspaceState) {
      shown = state
      news.emit('news')
    },
    closed: (code: string) => expect.unreachable(`the stream was closed: ${code}`),
  }
  const sync = new StreamSync<WorkspaceState, WorkspaceEvent & { position: number }>(source, {
    isConnected: () => live?.socket.connected ?? false,
    watch: ({ after, epoch }) => live?.watch(stream, after, epoch) ?? Promise.reject(new Error('not connected')),
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  })
  return {
    state: () => shown,
    snapshots: () => snapshots,
    async connect() {
      live = await connectLive(place, person)
      live.socket.on('events', ({ events }) => sync.hear(events as never[]))
      sync.catchUp()
    },
    async until(condition: (state: WorkspaceState) => boolean) {
      while (!condition(shown)) await once(news, 'news')
    },
    close() {
      sync.stop()
      live?.close()
    },
  }
}

function sqlOf(server: DebianPostgres): postgres.Sql {
  return postgres(server.url('rollcall'), { max: 1, transform: { column: { from: postgres.toCamel } } })
}

type Account = { plan: Plan; addonSeats: number; active: number; pending: number; seats: Seats }

function accounts(sql: postgres.Sql) {
  return sql<Account[]>`
    select
      a.plan, a.addon_seats, a.seats,
      (select count(*)::int from members m where m.account_id = a.id and m.role <> 'owner') as active,
      (select count(*)::int from invitations i where i.account_id = a.id and i.status = 'pending') as pending
    from accounts a`
}

/** Whatever must never be, in words. */
function violations(sql: postgres.Sql) {
  return sql`
    select 'S1 a stream has a hole' as wrong, s.name as what
    from streams s left join events e on e.stream = s.name
    group by s.name
    having count(e.position) <> s.position or min(e.position) <> 1 or max(e.position) <> s.position
    union all
    select 'a workspace has not its account’s owner alone', w.id::text
    from workspaces w join accounts a on a.id = w.account_id
    where array(select m.user_id from members m where m.workspace_id = w.id and m.role = 'owner') <> array[a.owner_id]
    union all
    select 'an account has not one default workspace', a.id::text
    from accounts a
    where (select count(*) from workspaces w where w.account_id = a.id and w.is_default) <> 1
    union all
    select 'a user has not one account', u.id::text
    from users u
    where (select count(*) from accounts a where a.owner_id = u.id) <> 1
    union all
    select 'something has no stream, or a stream nothing', coalesce(s.name, subject.name)
    from streams s full join (
      select 'workspace:' || id as name from workspaces
      union all select 'account:' || id from accounts
      union all select 'user:' || id from users
    ) subject on subject.name = s.name
    where s.name is null or subject.name is null
    union all
    select 'I9 a seat is not where the line has it', line.id::text
    from (
      select i.id, i.holds_seat, row_number() over (partition by i.account_id order by i.line)
        <= a.addon_seats + (${sql.json(includedSeats)}::jsonb ->> a.plan)::int
          - (select count(*) from members m where m.account_id = a.id and m.role <> 'owner') as should
      from invitations i join accounts a on a.id = i.account_id
      where i.status = 'pending'
    ) line
    where line.holds_seat <> line.should`
}
