/**
 * Who asks, in the order of the columns below. `sibling` holds a key of another agent of the same workspace, with every
 * scope; `unfit` one of the agent with every scope but the route's; `holder` one with the route's scope alone.
 */
export const holders = ['owner', 'nobody', 'stranger', 'revoked', 'expired', 'unfit', 'sibling', 'holder'] as const
export type Holder = (typeof holders)[number]

/** What a row's path and body are made of: the ids of what one agent has. */
export type AgentIds = { n: string; contactId: string; conversationId: string; resourceId: string }

type Row = {
  path: (ids: AgentIds) => string
  body?: (ids: AgentIds) => unknown
  statuses: readonly [number, number, number, number, number, number, number, number]
}

/** The Owner's session is nothing here. */
const refused = [401, 401, 401, 401, 401] as const
/** Of what the sibling has, too, and of what is the agent's alone. */
const lists = [...refused, 403, 200, 200] as const
const creations = [...refused, 403, 201, 201] as const
const its = [...refused, 403, 404, 200] as const
const made = [...refused, 403, 404, 201] as const
const gone = [...refused, 403, 404, 204] as const
const contact = ({ contactId }: AgentIds) => `/api/v1/contacts/${contactId}`
const conversation = ({ conversationId }: AgentIds) => `/api/v1/conversations/${conversationId}`
const resource = ({ resourceId }: AgentIds) => `/api/v1/resources/${resourceId}`

/** The exact status of every route below /api/v1 for everybody: a route that is missing here fails the test. */
export const matrixByKey: Readonly<Record<string, Row>> = {
  'GET /api/v1/agent': { path: () => '/api/v1/agent', statuses: [...refused, 200, 200, 200] },
  'GET /api/v1/contacts': { path: () => '/api/v1/contacts', statuses: lists },
  'POST /api/v1/contacts': {
    path: () => '/api/v1/contacts',
    body: ({ n }) => ({ name: `Contact ${n}` }),
    statuses: creations,
  },
  'GET /api/v1/contacts/{contactId}': { path: contact, statuses: its },
  'PATCH /api/v1/contacts/{contactId}': { path: contact, body: () => ({ name: 'Renamed' }), statuses: its },
  'DELETE /api/v1/contacts/{contactId}': { path: contact, statuses: gone },
  'GET /api/v1/conversations': { path: () => '/api/v1/conversations', statuses: lists },
  'POST /api/v1/conversations': {
    path: () => '/api/v1/conversations',
    body: () => ({ text: 'Hello' }),
    statuses: creations,
  },
  'GET /api/v1/conversations/{conversationId}': { path: conversation, statuses: its },
  'PATCH /api/v1/conversations/{conversationId}': {
    path: conversation,
    body: () => ({ state: 'resolved' }),
    statuses: its,
  },
  'GET /api/v1/conversations/{conversationId}/messages': {
    path: (ids) => `${conversation(ids)}/messages`,
    statuses: its,
  },
  'POST /api/v1/conversations/{conversationId}/messages': {
    path: (ids) => `${conversation(ids)}/messages`,
    body: () => ({ author: 'contact', text: 'Hello again' }),
    statuses: made,
  },
  'GET /api/v1/resources': { path: () => '/api/v1/resources', statuses: lists },
  'POST /api/v1/resources': {
    path: () => '/api/v1/resources',
    body: () => ({ kind: 'text', title: 'Opening hours', content: 'From nine to five.' }),
    statuses: creations,
  },
  'GET /api/v1/resources/{resourceId}': { path: resource, statuses: its },
  'PATCH /api/v1/resources/{resourceId}': {
    path: resource,
    body: () => ({ content: 'From ten to four.' }),
    statuses: its,
  },
  'DELETE /api/v1/resources/{resourceId}': { path: resource, statuses: gone },
  'GET /api/v1/search': { path: () => '/api/v1/search?q=opening', statuses: lists },
}
