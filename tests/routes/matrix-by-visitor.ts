/**
 * Who asks, in the order of the columns below. `owner`: by their session alone. `unknown`: with a token that nobody has
 * seen; `elsewhere`: with that of a visitor of another agent of the same workspace; `another`: of another visitor of this one.
 */
export const visitorKinds = ['owner', 'nobody', 'unknown', 'elsewhere', 'another', 'visitor'] as const
export type VisitorKind = (typeof visitorKinds)[number]

type Row = {
  path: (ids: { conversationId: string }) => string
  body?: unknown
  statuses: readonly [number, number, number, number, number, number]
}

const own = [401, 401, 404, 404, 404] as const
const one = ({ conversationId }: { conversationId: string }) => `/conversations/${conversationId}`

/** The exact status of every route of the Messenger for everybody: a route that is missing here fails the test. */
export const matrixByVisitor: Readonly<Record<string, Row>> = {
  'GET /api/messenger/{agentId}': { path: () => '', statuses: [200, 200, 200, 200, 200, 200] },
  'GET /api/messenger/{agentId}/conversations': {
    path: () => '/conversations',
    statuses: [401, 401, 200, 200, 200, 200],
  },
  'POST /api/messenger/{agentId}/conversations': {
    path: () => '/conversations',
    body: { text: 'Hello' },
    statuses: [401, 401, 201, 201, 201, 201],
  },
  'GET /api/messenger/{agentId}/conversations/{conversationId}': { path: one, statuses: [...own, 200] },
  'GET /api/messenger/{agentId}/conversations/{conversationId}/messages': {
    path: (ids) => `${one(ids)}/messages`,
    statuses: [...own, 200],
  },
  'POST /api/messenger/{agentId}/conversations/{conversationId}/messages': {
    path: (ids) => `${one(ids)}/messages`,
    body: { text: 'Hello again' },
    statuses: [...own, 201],
  },
  'POST /api/messenger/{agentId}/conversations/{conversationId}/person': {
    path: (ids) => `${one(ids)}/person`,
    statuses: [...own, 200],
  },
  'PUT /api/messenger/{agentId}/visitor': {
    path: () => '/visitor',
    body: { name: 'Kay' },
    statuses: [401, 401, 404, 404, 204, 204],
  },
}
