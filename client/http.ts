import type { ErrorCode, FieldError, Problem } from '#shared/protocol/errors.ts'

/** A request that was refused, or that never arrived (`offline`). The message is a sentence for people. */
export class ApiError extends Error {
  readonly code: ErrorCode | 'offline'
  readonly errors: FieldError[]

  constructor(code: ErrorCode | 'offline', detail: string, errors: FieldError[] = []) {
    super(detail)
    this.code = code
    this.errors = errors
  }
}

let signedOut: () => void = () => undefined

/** `listener` is called whenever an answer says that nobody is signed in any more. */
export function whenSignedOut(listener: () => void): void {
  signedOut = listener
}

export function get<Answer>(path: string): Promise<Answer> {
  return send<Answer>('GET', path)
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

export function post<Answer>(path: string, body?: object): Promise<Answer> {
  return send<Answer>('POST', path, body)
}

/** An Idempotency-Key. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A creating POST: its key lets one whose answer was lost be sent again with one effect. */
export async function create<Answer>(path: string, body?: object): Promise<Answer> {
  const key = newKey()
  try {
    return await send<Answer>('POST', path, body, { key })
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'offline') throw error
    return send<Answer>('POST', path, body, { key })
  }
}

/** Accepted, and done: there is nothing to read. */
const withoutBody = new Set([202, 204])

type More = {
  /** Lets a request whose answer was lost be sent again with one effect. */
  key?: string
  /** A visitor's token, in place of a session. */
  token?: string
}

export async function send<Answer>(
  method: string,
  path: string,
  body?: object,
  { key, token }: More = {},
): Promise<Answer> {
  const headers = new Headers({ accept: 'application/json' })
  if (token) headers.set('authorization', `Bearer ${token}`)
  if (body) headers.set('content-type', body instanceof Blob ? body.type : 'application/json')
  if (key) headers.set('idempotency-key', key)
  const payload = body instanceof Blob ? body : body && JSON.stringify(body)
  const request: RequestInit = { method, headers, credentials: 'same-origin', ...(payload && { body: payload }) }
  const response = await fetch(path, request).catch(() => {
    throw new ApiError('offline', 'Rollcall cannot be reached. Check your connection and try again.')
  })
  if (response.ok) return (withoutBody.has(response.status) ? undefined : await response.json()) as Answer
  throw await errorFrom(response)
}

async function errorFrom(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => null)) as Problem | null
  if (!problem?.code) return new ApiError('unavailable', 'Rollcall cannot answer right now. Try again in a moment.')
  if (problem.code === 'unauthenticated') signedOut()
  return new ApiError(problem.code, problem.detail, problem.errors)
}
