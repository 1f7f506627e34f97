import { randomUUID } from 'node:crypto'
import type { SignUpAnswer } from '#shared/protocol/requests.ts'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import { ask, type Asked } from '../faults/ask.ts'
import type { ClusterNode, Topology } from '../faults/topology.ts'
import { connectLive, type Live } from './live.ts'
import type { TestNode } from './node.ts'
import { password, type Failure, type Person } from './people.ts'

export type Reply<T = Partial<Failure>> = {
  status: number
  body: T
  headers: Record<string, string | string[] | undefined>
  /** From the request to its answer, in milliseconds. */
  took: number
}

/** Somebody with a session, who may go to any node: each request on a connection of its own. */
export type Caller = {
  email: string
  cookie: string
  userId: string
  /** Their default workspace, and its stream. */
  workspaceId: string
  stream: Stream
  call: <T = Partial<Failure>>(node: Pick<ClusterNode, 'port'>, path: string, asked?: Asked) => Promise<Reply<T>>
  invite: (node: Pick<ClusterNode, 'port'>, email: string, headers?: Record<string, string>) => Promise<Reply<{ id: string; code?: string }>>
  live: (node: Pick<ClusterNode, 'port'>) => Promise<Live>
} // prettier-ignore

type Place = Pick<Topology, 'host' | 'origin'>

/** Signs somebody up at this node. */
export async function newCaller(place: Place, node: Pick<ClusterNode, 'port'>, name = 'Ada'): Promise<Caller> {
  const email = `${name.toLowerCase()}.${randomUUID()}@example.com`
  const body = { email, password, name }
  const reply = await call<SignUpAnswer>(place, node, '/api/auth/sign-up', { method: 'POST', body })
  if (reply.status !== 201) throw new Error(`${name} could not sign up: ${reply.status} ${JSON.stringify(reply.body)}`)
  const { user, workspaces } = reply.body
  return callerOf(place, { email, cookie: cookieIn(reply), userId: user.id, workspaceId: workspaces[0]?.id ?? '' })
}

export function callerOf(place: Place, known: Pick<Caller, 'email' | 'cookie' | 'userId' | 'workspaceId'>): Caller {
  const caller: Caller = {
    ...known,
    stream: streamOf('workspace', known.workspaceId),
    call: (node, path, asked = {}) =>
      call(place, node, path, { ...asked, headers: { Cookie: caller.cookie, ...asked.headers } }),
    invite: (node, email, headers = {}) =>
      caller.call(node, `/api/workspaces/${caller.workspaceId}/invitations`, {
        method: 'POST', body: { email, role: 'editor' }, headers,
      }),
    live: ({ port }) =>
      connectLive({ port, url: place.origin } as TestNode, { cookie: () => caller.cookie } as Person, {
        Host: place.host,
      }),
  } // prettier-ignore
  return caller
}

/** A request of somebody who is not signed in. */
export async function call<T = Partial<Failure>>(
  { host, origin }: Place,
  { port }: Pick<ClusterNode, 'port'>,
  path: string,
  asked: Asked = {},
): Promise<Reply<T>> {
  const sent = performance.now()
  const headers = { Host: host, Origin: origin, ...asked.headers }
  const told = await ask(port, path, { ...asked, headers })
  const isJson = told.headers['content-type']?.includes('json') === true && told.text !== ''
  const body = (isJson ? JSON.parse(told.text) : told.text) as T
  return { status: told.status, body, headers: told.headers, took: performance.now() - sent }
}

export function cookieIn({ headers }: Reply<unknown>): string {
  return String(headers['set-cookie']).split(';')[0] ?? ''
}
