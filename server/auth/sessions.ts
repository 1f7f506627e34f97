import { createHash, randomBytes } from 'node:crypto'
import { PostgresJsAdapter } from '@lucia-auth/adapter-postgresql'
import { Lucia, TimeSpan, type DatabaseSession, type DatabaseUser } from 'lucia'
import type { User } from '#shared/protocol/resources.ts'
import { newId } from '../core/ids.ts'
import type { Sql } from '../db/connect.ts'

declare module 'lucia' {
  interface Register {
    Lucia: Lucia
    DatabaseUserAttributes: { email: string; name: string; emailVerified: boolean }
    DatabaseSessionAttributes: SessionColumns
  }
}

type SessionColumns = { public_id: string; created_at: Date; last_seen_at: Date; user_agent: string }

/** A signed-in browser. `id` is the hash that is stored; `publicId` may be shown. */
export type Session = { id: string; publicId: string; user: User }
export type EndedSession = { id: string; publicId: string; userId: string }

/** Everything that the rest of the server knows of sessions; what keeps them can be swapped behind it. */
export type Sessions = SessionReader & {
  start: (userId: string, userAgent: string) => Promise<{ token: string; ended: EndedSession[] }>
  end: (session: EndedSession) => Promise<void>
  endAllOf: (userId: string) => Promise<EndedSession[]>
}

export type SessionReader = {
  /** The live session of a cookie's token, or null. */
  read: (token: string) => Promise<Session | null>
  /** The same from a Cookie header. */
  readFromHeader: (header: string | undefined) => Promise<Session | null>
  /** Which of these are no longer live. */
  endedAmong: (ids: string[]) => Promise<string[]>
}

export const sessionCookie = 'rollcall_session'
/** Without use for this long a session ends; with use it is renewed, but never beyond `absoluteDays`. */
const idleDays = 30
const absoluteDays = 90
/** The oldest give way beyond this number. */
const mostSessions = 50

export function openSessions(sql: Sql): Sessions {
  const lucia = new Lucia(new OneQueryAdapter(sql), {
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
    read,
    readFromHeader: async (header) => {
      const token = tokenIn(header)
      return token ? read(token) : null
    },
    endedAmong: (ids) => endedAmong(sql, ids),
    async start(userId, userAgent) {
      const token = randomBytes(32).toString('base64url')
      const now = new Date()
      const columns = { public_id: newId(), created_at: now, last_seen_at: now, user_agent: userAgent.slice(0, 300) }
      await lucia.createSession(userId, columns, { sessionId: hashOf(token) })
      return { token, ended: await dropOldest(sql, userId) }
    },
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

export function tokenIn(header: string | undefined): string | null {
  for (const part of header?.split(';') ?? []) {
    const [name, value] = part.trim().split('=')
    if (name === sessionCookie && value) return value
  }
  return null
}

async function endedAmong(sql: Sql, ids: string[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select wanted.id
    from unnest(${ids}::text[]) as wanted (id)
    where not exists (
      select from sessions s
      where s.id = wanted.id and s.expires_at > now() and s.created_at > now() - make_interval(days => ${absoluteDays})
    )`
  return rows.map((row) => row.id)
}

async function dropOldest(sql: Sql, userId: string): Promise<EndedSession[]> {
  const rows = await sql<EndedSession[]>`
    delete from sessions
    where id in (select id from sessions where user_id = ${userId} order by created_at desc, id offset ${mostSessions})
    returning id, public_id, user_id`
  return [...rows]
}

/** Session and user in one prepared query that leaves the password hash where it is, and ends what is too old. */
class OneQueryAdapter extends PostgresJsAdapter {
  private readonly sql: Sql

  constructor(sql: Sql) {
    super(sql as never, { user: 'users', session: 'sessions' })
    this.sql = sql
  }

  override async getSessionAndUser(id: string): Promise<[DatabaseSession | null, DatabaseUser | null]> {
    const [row] = await this.sql<Row[]>`
      select s.public_id, s.created_at, s.last_seen_at, s.user_agent,
        least(s.expires_at, s.created_at + make_interval(days => ${absoluteDays})) as expires_at,
        u.id as user_id, u.email, u.name, u.email_verified_at is not null as email_verified
      from sessions s join users u on u.id = s.user_id
      where s.id = ${id}`
    if (!row) return [null, null]
    const { userId, email, name, emailVerified, expiresAt, publicId, createdAt, lastSeenAt, userAgent } = row
    const columns = {
      public_id: publicId,
      created_at: new Date(createdAt),
      last_seen_at: new Date(lastSeenAt),
      user_agent: userAgent,
    }
    return [
      { id, userId, expiresAt: new Date(expiresAt), attributes: columns },
      { id: userId, attributes: { email, name, emailVerified } },
    ]
  }

  override async getUserSessions(userId: string): Promise<DatabaseSession[]> {
    const rows = await this.sql<(Row & { id: string })[]>`
      select id, public_id, created_at, last_seen_at, user_agent, expires_at from sessions where user_id = ${userId}`
    return rows.map(({ id, publicId, createdAt, lastSeenAt, userAgent, expiresAt }) => ({
      id,
      userId,
      expiresAt: new Date(expiresAt),
      attributes: {
        public_id: publicId,
        created_at: new Date(createdAt),
        last_seen_at: new Date(lastSeenAt),
        user_agent: userAgent,
      },
    }))
  }
}

type Row = {
  publicId: string
  createdAt: string
  lastSeenAt: string
  userAgent: string
  expiresAt: string
  userId: string
  email: string
  name: string
  emailVerified: boolean
}
