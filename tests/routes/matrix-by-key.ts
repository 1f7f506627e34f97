/**
 * Who asks, in the order of the columns below. `sibling` holds a key of another agent of the same workspace, with every
 * scope; `unfit` one of the agent with every scope but the route's; `holder` one with the route's scope alone.
 */
export const holders = ['owner', 'nobody', 'stranger', 'revoked', 'expired', 'unfit', 'sibling', 'holder'] as const
export type Holder = (typeof holders)[number]

/** What a row's path and body are made of: the ids of what one agent has. */
export type AgentIds = { n: string }

type Row = {
  path: (ids: AgentIds) => string
  body?: (ids: AgentIds) => unknown
  statuses: readonly [number, number, number, number, number, number, number, number]
}

/** The Owner's session is nothing here. */
const refused = [401, 401, 401, 401, 401] as const

/** The exact status of every route below /api/v1 for everybody: a route that is missing here fails the test. */
export const matrixByKey: Readonly<Record<string, Row>> = {
  'GET /api/v1/agent': { path: () => '/api/v1/agent', statuses: [...refused, 200, 200, 200] },
}
