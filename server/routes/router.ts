import { OpenAPIHono, createRoute, type z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { problemSchema } from '#shared/protocol/errors.ts'
import type { Session } from '../auth/sessions.ts'
import { Refusal } from '../core/errors.ts'
import type { Outcome } from '../core/run-command.ts'
import type { Env } from './env.ts'

export type Schemas = {
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  answer?: z.ZodType
  status?: number
  summary: string
  description?: string
  /** By what one may: of the document alone. */
  security?: Record<string, string[]>[]
}
type Out<S> = S extends z.ZodType ? z.infer<S> : undefined
export type Call<S extends Schemas> = {
  c: Context<Env>
  params: Out<S['params']>
  query: Out<S['query']>
  body: Out<S['body']>
}

const problem = {
  description: 'Refused, with a code',
  content: { 'application/problem+json': { schema: problemSchema } },
}

export type Router = OpenAPIHono<Env>

export function newRouter(): Router {
  return new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return
      const errors = result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
      if (result.target === 'param') throw new Refusal('not_found', 'There is nothing here that you can see.')
      throw new Refusal('invalid_input', 'Please correct the marked fields.', { errors })
    },
  })
}

/**
 * One route: its line is the table of contents (method, path, schemas), the handler parses nothing and calls one command
 * or query. What validates a request is what the OpenAPI document says.
 */
export function serve<const S extends Schemas>(
  router: Router,
  method: 'get' | 'post' | 'put' | 'patch' | 'delete',
  path: string,
  schemas: S,
  handle: (call: Call<S>) => Promise<Response>,
): void {
  const { params, query, body, answer, status, summary, description, security } = schemas
  const done = answer
    ? { description: 'Done', content: { 'application/json': { schema: answer } } }
    : { description: 'Done' }
  const route = createRoute({
    method,
    path,
    summary,
    ...(description && { description }),
    ...(security && { security }),
    tags: [path.split('/')[2] ?? 'api'],
    request: {
      ...(params && { params: params as never }),
      ...(query && { query: query as never }),
      ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: { [status ?? (answer ? 200 : 204)]: done, default: problem },
  })
  router.openapi(route, (async (c: Context<Env>) => {
    const valid = (target: string, schema: unknown) => (schema ? c.req.valid(target as never) : undefined)
    return handle({
      c,
      params: valid('param', params),
      query: valid('query', query),
      body: valid('json', body),
    } as Call<S>)
  }) as never)
}

/** Who is asking; nobody is told to sign in. */
export function requireSession(c: Context<Env>): Session {
  const session = c.get('session')
  if (!session) throw new Refusal('unauthenticated', 'Sign in to continue.')
  return session
}

/** Answers a write: with where in the live streams it can be seen. */
export function answerWrite(
  c: Context<Env>,
  outcome: Outcome<unknown>,
  body?: unknown,
  status: 200 | 201 | 207 = 200,
): Response {
  if (outcome.positions) c.header('Stream-Position', outcome.positions)
  return body === undefined ? c.body(null, 204) : c.json(body as object, status)
}

/** The request's Idempotency-Key, for the one who asks. */
export function idempotencyOf(c: Context<Env>, caller: string, body: unknown) {
  const key = c.req.header('idempotency-key')
  if (key === undefined) return undefined
  if (key.length === 0 || key.length > 200)
    throw new Refusal('invalid_input', 'Use an Idempotency-Key of 1 to 200 characters.')
  return { scope: `${caller} ${c.req.method} ${c.req.path}`, key, body }
}
