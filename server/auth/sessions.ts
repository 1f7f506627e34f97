import { createHash, randomBytes } from 'node:crypto'
import { PostgresJsAdapter } from '@lucia-auth/adapter-postgresql'
import type DataLoader from 'dataloader'
import { Lucia, TimeSpan, type DatabaseSession, type DatabaseUser } from 'lucia'
import type { SignedInBrowser, User } from '#shared/protocol/resources.ts'
import { Refusal } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { batched } from '../db/batched.ts'
import type { Sql } from '../db/sql.ts'

declare module 'lucia' {
  interface Register {
    Lucia: Lucia
    DatabaseUserAttributes: { email: string; name: string; emailVerified: boolean }
    DatabaseSessionAttributes: SessionColumns
  }
}

type SessionColumns = {
  public_id: string
  created_at: Date
  last_seen_at: Date
  user_agent: string
  /** Of a session that is to begin: the password that it is by. */
  password_hash?: string
}

/** A signed-in browser. `id` is the hash that is stored; `publicId` may be shown. */
export type Session = { id: string; publicId: string; user: User }
export type StartedSession = { token: string; session: SignedInBrowser; ended: EndedSession[] }
/** `hash`: what its token is stored as, and what the sockets of it are known by. */
export type LiveSession = SignedInBrowser & { hash: string }
export type EndedSession = { id: string; publicId: string; userId: string }

/** Everything that the rest of the server knows of sessions; what keeps them can be swapped behind it. */
export type Sessions = SessionReader & {
  /** Signs in by a password whose stored hash is given; throws `invalid_credentials` where it is another one by now. */
  start: (userId: string, by: { passwordHash: string; userAgent: string }) => Promise<StartedSession>
  /** Those that are live, the latest used first. */
  listOf: (userId: string) => Promise<LiveSession[]>
  end: (session: EndedSession) => Promise<void>
  endAllOf: (userId: string) => Promise<EndedSession[]>
}

export type SessionReader = {
  /** The live session that a Cookie header names, or null. */
  readFromHeader: (header: string | undefined) => Promise<Session | null>
  /** Which of these are no longer live. */
  endedAmong: (ids: string[]) => Promise<string[]>
}

/**
 * The cookie of a session. At https its name has the prefix by which browsers let no other host and no other path set it:
 * a sibling domain cannot put somebody into a session of its own.
 */
export function cookieNameAt(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-rollcall_session' : 'rollcall_session'
}

/** Without use for this long a session ends; with use it is renewed, but never beyond `absoluteDays`. */
const idleDays = 30
const absoluteDays = 90
/** How long ago it may have been used when that is written down anew, in seconds. */
const seenEvery = 5 * 60
/** The oldest give way beyond this number. */
const mostSessions = 50

/** `pace`: milliseconds in which sessions that are wanted behind a look share the next one. */
export function openSessions(sql: Sql, publicUrl: string, pace = 0): Sessions {
  const cookieName = cookieNameAt(publicUrl)
  const lucia = new Lucia(new BatchedAdapter(sql, pace), {
    sessionExpiresIn: new TimeSpan(idleDays, 'd'),
    getUserAttributes: ({ email, name, emailVerified }) => ({ email, name, emailVerified }),
    getSessionAttributes: (columns) => columns,
  })
  async function read(token: string): Promise<Session | null> {
    if (token.length !== 43) return null
    const { session, user } = await lucia.validateSession(hashOf(token))
    if (!session) return null
    return { id: session.id, publicId: publicIdOf(session), user: user as unknown as User }
  }
  return {
    readFromHeader: async (header) => {
      const token = tokenIn(header, cookieName)
      return token ? read(token) : null
    },
    endedAmong: (ids) => endedAmong(sql, ids),
    async start(userId, { passwordHash, userAgent }) {
      const token = randomBytes(32).toString('base64url')
      const now = new Date()
      const shown = { public_id: newId(), created_at: now, last_seen_at: now, user_agent: userAgent.slice(0, 300) }
      await lucia.createSession(userId, { ...shown, password_hash: passwordHash }, { sessionId: hashOf(token) })
      const [session] = (await listOf(sql, userId)).filter(({ hash }) => hash === hashOf(token))
      if (!session) throw invalidCredentials()
      const { hash: _, ...begun } = session
      return { token, session: begun, ended: await dropOldest(sql, userId) }
    },
    listOf: (userId) => listOf(sql, userId),
    end: ({ id }) => lucia.invalidateSession(id),
    async endAllOf(userId) {
      const held = await lucia.getUserSessions(userId)
      await lucia.invalidateUserSessions(userId)
      return held.map((session) => ({ id: session.id, publicId: publicIdOf(session), userId }))
    },
  }
}

function publicIdOf(session: object): string {
  return String(Reflect.get(session, 'public_id') ?? Reflect.get(session, 'publicId'))
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function tokenIn(header: string | undefined, cookieName: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const [name, value] = part.trim().split('=')
    if (name === cookieName && value) return value
  }
  return null
}

async function endedAmong(sql: Sql, ids: string[]): Promise<string[]> {
  const rows = await sql.run(
    (tx) => tx<{ id: string }[]>`
      select wanted.id
      from unnest(${ids}::text[]) as wanted (id)
      where not exists (
        select from sessions s
        where s.id = wanted.id and s.expires_at > now() and s.created_at > now() - make_interval(days => ${absoluteDays})
      )`,
  )
  return rows.map((row) => row.id)
}

async function dropOldest(sql: Sql, userId: string): Promise<EndedSession[]> {
  const rows = await sql.run(
    (tx) => tx<EndedSession[]>`
      delete from sessions
      where id in (select id from sessions where user_id = ${userId} order by created_at desc, id offset ${mostSessions})
      returning id, public_id, user_id`,
  )
  return [...rows]
}

async function listOf(sql: Sql, userId: string): Promise<LiveSession[]> {
  const rows = await sql.run(
    (tx) => tx<LiveSession[]>`
      select id as hash, public_id as id, created_at, last_seen_at, user_agent
      from sessions
      where user_id = ${userId} and expires_at > now() and created_at > now() - make_interval(days => ${absoluteDays})
      order by last_seen_at desc, public_id desc`,
  )
  return [...rows]
}

export function invalidCredentials(): Refusal {
  return new Refusal('invalid_credentials', 'This email and password do not belong together.')
}

type Read = [DatabaseSession | null, DatabaseUser | null]

/**
 * Session and user in one prepared query for all that are asked for at the same moment, which leaves the password hash
 * where it is and ends what is too old. All times are the database's: lucia judges by this process's clock, so it is
 * told how long is left, counted from whatever that clock says.
 */
class BatchedAdapter extends PostgresJsAdapter {
  private readonly sql: Sql
  private readonly reads: DataLoader<string, Read>

  constructor(sql: Sql, pace: number) {
    const unsafe = (text: string, values: never[]) => sql.run((tx) => tx.unsafe(text, values))
    super({ unsafe } as never, { user: 'users', session: 'sessions' })
    this.sql = sql
    this.reads = batched((ids) => this.readAll(ids), pace)
  }

  override getSessionAndUser(id: string): Promise<Read> {
    return this.reads.load(id)
  }

  /** Waits for whoever changes the password just now: what was signed in by the former one does not begin behind that. */
  override async setSession({ id, userId, expiresAt, attributes }: DatabaseSession): Promise<void> {
    const { public_id, user_agent, password_hash = '' } = attributes
    const begun = await this.sql.run(
      (tx) => tx`
        insert into sessions (id, user_id, expires_at, public_id, user_agent, created_at, last_seen_at)
        select ${id}, u.id, now() + ${left(expiresAt)}, ${public_id}, ${user_agent}, now(), now()
        from users u
        where u.id = ${userId} and u.password_hash = ${password_hash}
        for share
        returning id`,
    )
    if (begun.length === 0) throw invalidCredentials()
  }

  override async updateSessionExpiration(id: string, expiresAt: Date): Promise<void> {
    // Renewed while somebody reads: where nothing can be written it is not, but reading goes on. Its next use tries again.
    await this.sql
      .run((tx) => tx`update sessions set expires_at = now() + ${left(expiresAt)} where id = ${id}`)
      .catch(() => undefined)
  }

  override async getUserSessions(userId: string): Promise<DatabaseSession[]> {
    const rows = await this.sql.run(
      (tx) => tx<SessionRow[]>`
        select id, user_id, public_id, created_at, last_seen_at, user_agent,
          extract(epoch from expires_at - now())::float8 as seconds_left
        from sessions where user_id = ${userId}`,
    )
    return rows.map(sessionOf)
  }

  /** When it was used last is written down now and then. Nobody waits for it, and where nothing can be written it is not. */
  private seen(rows: readonly (SessionRow & Unseen)[]): void {
    const stale = rows.filter(({ unseen }) => unseen > seenEvery).map(({ id }) => id)
    if (stale.length === 0) return
    this.sql.run((tx) => tx`update sessions set last_seen_at = now() where id = any(${stale})`).catch(() => undefined)
  }

  private async readAll(ids: readonly string[]): Promise<Read[]> {
    const rows = await this.sql.run(
      (tx) => tx<(SessionRow & User & Unseen)[]>`
        select s.id as id, s.public_id, s.created_at, s.last_seen_at, s.user_agent,
          extract(epoch from now() - s.last_seen_at)::float8 as unseen,
          extract(epoch from least(s.expires_at, s.created_at + make_interval(days => ${absoluteDays})) - now())::float8
            as seconds_left,
          u.id as user_id, u.email, u.name, u.email_verified_at is not null as email_verified
        from sessions s join users u on u.id = s.user_id
        where s.id = any(${[...ids]})`,
    )
    const found = new Map(rows.map((row) => [row.id, row]))
    this.seen(rows)
    return ids.map((id): Read => {
      const row = found.get(id)
      if (!row) return [null, null]
      const { email, name, emailVerified } = row
      return [sessionOf(row), { id: row.userId, attributes: { email, name, emailVerified } }]
    })
  }
}

/** For how many seconds it was not written down that it was used. */
type Unseen = { unseen: number }

type SessionRow = {
  id: string
  userId: string
  publicId: string
  createdAt: string
  lastSeenAt: string
  userAgent: string
  secondsLeft: number
}

function sessionOf({
  id,
  userId,
  publicId,
  createdAt,
  lastSeenAt,
  userAgent,
  secondsLeft,
}: SessionRow): DatabaseSession {
  const attributes = {
    public_id: publicId,
    created_at: new Date(createdAt),
    last_seen_at: new Date(lastSeenAt),
    user_agent: userAgent,
  }
  return { id, userId, expiresAt: new Date(Date.now() + secondsLeft * 1000), attributes }
}

/** From now until then, as this process's clock has both. */
function left(until: Date): string {
  return `${until.getTime() - Date.now()} milliseconds`
}
