import type { ErrorCode, FieldError, Problem } from '#shared/protocol/errors.ts'

/** A request that was refused, or that never arrived (`offline`). The message is a sentence for people. */
export class ApiError extends Error {
  readonly code: ErrorCode | 'offline'
  readonly errors: FieldError[]
  /** In how many seconds it can be asked again, where the server says so. */
  readonly retryAfter: number | null

  constructor(
    code: ErrorCode | 'offline',
    detail: string,
    errors: FieldError[] = [],
    retryAfter: number | null = null,
  ) {
    super(detail)
    this.code = code
    this.errors = errors
    this.retryAfter = retryAfter
  }
}

/** What was asked for, or null where there is no such thing to see. */
export async function ifThere<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return null
    throw error
  }
}

/** An Idempotency-Key. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Where the server is, and what it is sent. */
export type Reached = {
  /** Like `https://rollcall.example`; none: where the page came from. */
  url?: string
  /** Sent along with everything: outside of a browser the session's cookie. */
  headers?: Readonly<Record<string, string>>
  fetch?: typeof fetch
}

type More = {
  /** Lets a request whose answer was lost be sent again with one effect. */
  key?: string
  /** A visitor's token, in place of a session. */
  token?: string
}

/** Accepted, and done: there is nothing to read. */
const withoutBody = new Set([202, 204])

export type Http = ReturnType<typeof createHttp>

/** The only door out. */
export function createHttp({ url = '', headers = {}, fetch: ask = (...asked) => fetch(...asked) }: Reached = {}) {
  let signedOut: () => void = () => undefined

  async function send<Answer>(method: string, path: string, body?: object, more: More = {}): Promise<Answer> {
    const response = await ask(url.replace(/\/$/, '') + path, requestOf(method, body, { ...more, headers })).catch(
      () => {
        throw new ApiError('offline', 'Rollcall cannot be reached. Check your connection and try again.')
      },
    )
    if (response.ok) return (withoutBody.has(response.status) ? undefined : await response.json()) as Answer
    const error = await errorFrom(response)
    if (error.code === 'unauthenticated') signedOut()
    throw error
  }

  return {
    send,
    get: <Answer>(path: string) => send<Answer>('GET', path),
    post: <Answer>(path: string, body?: object) => send<Answer>('POST', path, body),

    /** A creating POST: its key lets one whose answer was lost be sent again with one effect. */
    async create<Answer>(path: string, body?: object): Promise<Answer> {
      const key = newKey()
      try {
        return await send<Answer>('POST', path, body, { key })
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'offline') throw error
        return send<Answer>('POST', path, body, { key })
      }
    },

    /** `listener` is called whenever an answer says that nobody is signed in any more. */
    whenSignedOut(listener: () => void): void {
      signedOut = listener
    },
  }
}

function requestOf(
  method: string,
  body: object | undefined,
  { key, token, headers: more }: More & { headers: Readonly<Record<string, string>> },
): RequestInit {
  const headers = new Headers({ accept: 'application/json', ...more })
  if (token) headers.set('authorization', `Bearer ${token}`)
  if (body) headers.set('content-type', body instanceof Blob ? body.type : 'application/json')
  if (key) headers.set('idempotency-key', key)
  const payload = body instanceof Blob ? body : body && JSON.stringify(body)
  return { method, headers, credentials: 'same-origin', ...(payload && { body: payload }) }
}

async function errorFrom(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => null)) as Problem | null
  if (!problem?.code) return new ApiError('unavailable', 'Rollcall cannot answer right now. Try again in a moment.')
  const retryAfter = response.headers.get('retry-after')
  return new ApiError(problem.code, problem.detail, problem.errors, retryAfter === null ? null : Number(retryAfter))
}
