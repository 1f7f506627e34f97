import type { AssignableRole } from '#shared/roles.ts'

/** Who asks, in the order of the columns below. The pending invitee has an account and a link, and has not accepted. */
export const kinds = ['anonymous', 'outsider', 'viewer', 'editor', 'admin', 'owner', 'removed', 'invitee'] as const
export type Kind = (typeof kinds)[number]

/** What a row's path and body are made of: the ids of one fresh team. */
export type Ids = {
  workspaceId: string
  targetId: string
  invitationId: string
  agentId: string
  webhookId: string
  deliveryId: string
  integrationId: string
  apiKeyId: string
  contactId: string
  conversationId: string
  resourceId: string
  /** A resource that is a page. */
  pageId: string
  token: string
  handle: string
  n: string
}

type Row = {
  path: (ids: Ids) => string
  body?: (ids: Ids) => unknown
  statuses: readonly [number, number, number, number, number, number, number, number]
}

const role = (value: AssignableRole) => () => ({ role: value })
const w = (ids: Ids) => `/api/workspaces/${ids.workspaceId}`
const members = [401, 404, 200, 200, 200, 200, 404, 404] as const
const managers = [401, 404, 403, 403, 200, 200, 404, 404] as const
const a = (ids: Ids) => `${w(ids)}/agents/${ids.agentId}`
const hook = (ids: Ids) => `${a(ids)}/webhooks/${ids.webhookId}`
const told = (ids: Ids) => `${a(ids)}/integrations/${ids.integrationId}`
const resource = (ids: Ids) => `${a(ids)}/resources/${ids.resourceId}`
const editors = [401, 404, 403, 200, 200, 200, 404, 404] as const
const creators = [401, 404, 403, 201, 201, 201, 404, 404] as const
const everybody = [401, 200, 200, 200, 200, 200, 200, 200] as const

/** The exact status of every route for everybody: a route that is missing here fails the test. */
export const matrix: Readonly<Record<string, Row>> = {
  'POST /api/auth/sign-up': {
    path: () => '/api/auth/sign-up',
    body: ({ n }) => ({ email: `new.${n}@example.com`, password: 'sturdy horse 42', name: 'New' }),
    statuses: [201, 201, 201, 201, 201, 201, 201, 201],
  },
  'POST /api/auth/sign-in': {
    path: () => '/api/auth/sign-in',
    body: () => ({ email: 'nobody@example.com', password: 'sturdy horse 42' }),
    statuses: [401, 401, 401, 401, 401, 401, 401, 401],
  },
  'POST /api/auth/sign-out': { path: () => '/api/auth/sign-out', statuses: [401, 204, 204, 204, 204, 204, 204, 204] },
  'POST /api/auth/sign-out-everywhere': {
    path: () => '/api/auth/sign-out-everywhere',
    statuses: [401, 204, 204, 204, 204, 204, 204, 204],
  },
  'POST /api/auth/password/forgot': {
    path: () => '/api/auth/password/forgot',
    body: ({ n }) => ({ email: `forgetful.${n}@example.com` }),
    statuses: [202, 202, 202, 202, 202, 202, 202, 202],
  },
  'POST /api/auth/password/reset': {
    path: () => '/api/auth/password/reset',
    body: () => ({ token: 'no such link', password: 'gentle river 77' }),
    statuses: [404, 404, 404, 404, 404, 404, 404, 404],
  },
  'POST /api/auth/password/change': {
    path: () => '/api/auth/password/change',
    body: () => ({ current: 'not the password', next: 'gentle river 77' }),
    statuses: [401, 401, 401, 401, 401, 401, 401, 401],
  },
  'POST /api/auth/email/verify': {
    path: () => '/api/auth/email/verify',
    body: () => ({ token: 'no such link' }),
    statuses: [404, 404, 404, 404, 404, 404, 404, 404],
  },
  'POST /api/auth/email/verification': {
    path: () => '/api/auth/email/verification',
    statuses: [401, 202, 202, 202, 202, 202, 202, 202],
  },
  'POST /api/auth/email/change': {
    path: () => '/api/auth/email/change',
    body: ({ n }) => ({ email: `changed.${n}@example.com`, password: 'sturdy horse 42' }),
    statuses: [401, 202, 202, 202, 202, 202, 202, 202],
  },
  'DELETE /api/auth/email/change': {
    path: () => '/api/auth/email/change',
    statuses: [401, 204, 204, 204, 204, 204, 204, 204],
  },
  'GET /api/auth/sessions': { path: () => '/api/auth/sessions', statuses: everybody },
  'DELETE /api/auth/sessions/{sessionId}': {
    path: ({ targetId }) => `/api/auth/sessions/${targetId}`,
    statuses: [401, 404, 404, 404, 404, 404, 404, 404],
  },
  'GET /api/me': { path: () => '/api/me', statuses: everybody },
  'PATCH /api/me': { path: () => '/api/me', body: () => ({ name: 'Renamed' }), statuses: everybody },
  'GET /api/notifications': { path: () => '/api/notifications', statuses: everybody },
  'POST /api/notifications/read': {
    path: () => '/api/notifications/read',
    body: ({ targetId }) => ({ ids: [targetId] }),
    statuses: [401, 204, 204, 204, 204, 204, 204, 204],
  },
  'GET /api/account/export': { path: () => '/api/account/export', statuses: everybody },
  'DELETE /api/account': {
    path: () => '/api/account',
    body: () => ({ password: 'not the password' }),
    statuses: [401, 401, 401, 401, 401, 401, 401, 401],
  },
  'PUT /api/account/plan': { path: () => '/api/account/plan', body: () => ({ plan: 'pro_ai' }), statuses: everybody },
  'PUT /api/account/seats': { path: () => '/api/account/seats', body: () => ({ addonSeats: 20 }), statuses: everybody },
  'GET /api/account/seats/history': { path: () => '/api/account/seats/history', statuses: everybody },
  // what is manual sells nothing; tests/commands/billing.test.ts has those who buy
  'POST /api/account/billing/checkout': {
    path: () => '/api/account/billing/checkout',
    body: () => ({ plan: 'pro_ai', addonSeats: 1 }),
    statuses: [401, 409, 409, 409, 409, 409, 409, 409],
  },
  'POST /api/account/billing/portal': {
    path: () => '/api/account/billing/portal',
    statuses: [401, 409, 409, 409, 409, 409, 409, 409],
  },
  'POST /api/billing/stripe': {
    path: () => '/api/billing/stripe',
    body: () => ({ type: 'invoice.paid' }),
    statuses: [409, 409, 409, 409, 409, 409, 409, 409],
  },
  'GET /api/handles': { path: () => '/api/handles?name=Acme', statuses: everybody },
  'GET /api/handles/{handle}': { path: () => '/api/handles/some-handle', statuses: everybody },
  'POST /api/workspaces': {
    path: () => '/api/workspaces',
    body: () => ({ name: 'Another' }),
    statuses: [401, 201, 201, 201, 201, 201, 201, 201],
  },
  'GET /api/workspaces': { path: () => '/api/workspaces', statuses: everybody },
  'GET /api/workspaces/by-handle/{handle}': {
    path: ({ handle }) => `/api/workspaces/by-handle/${handle}`,
    statuses: members,
  },
  'GET /api/workspaces/{workspaceId}': { path: w, statuses: members },
  'PATCH /api/workspaces/{workspaceId}': { path: w, body: () => ({ name: 'Renamed' }), statuses: managers },
  // it has an agent
  'DELETE /api/workspaces/{workspaceId}': { path: w, statuses: [401, 404, 403, 403, 403, 409, 404, 404] },
  'POST /api/workspaces/{workspaceId}/leave': {
    path: (ids) => `${w(ids)}/leave`,
    statuses: [401, 404, 204, 204, 204, 403, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/roster': { path: (ids) => `${w(ids)}/roster`, statuses: members },
  'GET /api/workspaces/{workspaceId}/events': { path: (ids) => `${w(ids)}/events`, statuses: members },
  'PATCH /api/workspaces/{workspaceId}/members/{memberId}': {
    path: (ids) => `${w(ids)}/members/${ids.targetId}`,
    body: role('editor'),
    statuses: managers,
  },
  'DELETE /api/workspaces/{workspaceId}/members/{memberId}': {
    path: (ids) => `${w(ids)}/members/${ids.targetId}`,
    statuses: [401, 404, 403, 403, 403, 204, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/membership': { path: (ids) => `${w(ids)}/membership`, statuses: members },
  'PATCH /api/workspaces/{workspaceId}/membership': {
    path: (ids) => `${w(ids)}/membership`,
    body: () => ({ displayName: 'Somebody' }),
    statuses: members,
  },
  'PUT /api/workspaces/{workspaceId}/membership/avatar': {
    path: (ids) => `${w(ids)}/membership/avatar`,
    body: () => new Uint8Array([1, 2, 3]),
    statuses: [401, 404, 415, 415, 415, 415, 404, 404],
  },
  'DELETE /api/workspaces/{workspaceId}/membership/avatar': {
    path: (ids) => `${w(ids)}/membership/avatar`,
    statuses: members,
  },
  'POST /api/workspaces/{workspaceId}/invitations': {
    path: (ids) => `${w(ids)}/invitations`,
    body: ({ n }) => ({ email: `asked.${n}@example.com`, role: 'viewer' }),
    statuses: [401, 404, 403, 403, 201, 201, 404, 404],
  },
  'POST /api/workspaces/{workspaceId}/invitations/batch': {
    path: (ids) => `${w(ids)}/invitations/batch`,
    body: ({ n }) => ({ invitations: [{ email: `batch.${n}@example.com`, role: 'viewer' }] }),
    statuses: [401, 404, 403, 403, 207, 207, 404, 404],
  },
  'PATCH /api/workspaces/{workspaceId}/invitations/{invitationId}': {
    path: (ids) => `${w(ids)}/invitations/${ids.invitationId}`,
    body: role('editor'),
    statuses: managers,
  },
  'POST /api/workspaces/{workspaceId}/invitations/{invitationId}/resend': {
    path: (ids) => `${w(ids)}/invitations/${ids.invitationId}/resend`,
    statuses: managers,
  },
  'DELETE /api/workspaces/{workspaceId}/invitations/{invitationId}': {
    path: (ids) => `${w(ids)}/invitations/${ids.invitationId}`,
    statuses: [401, 404, 403, 403, 403, 204, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/agents': { path: (ids) => `${w(ids)}/agents`, statuses: members },
  'POST /api/workspaces/{workspaceId}/agents': {
    path: (ids) => `${w(ids)}/agents`,
    body: () => ({ name: 'Helper' }),
    statuses: [401, 404, 403, 403, 201, 201, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}': { path: a, statuses: members },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/state': { path: (ids) => `${a(ids)}/state`, statuses: members },
  'PATCH /api/workspaces/{workspaceId}/agents/{agentId}': {
    path: a,
    body: () => ({ greeting: 'Hello!' }),
    statuses: editors,
  },
  'DELETE /api/workspaces/{workspaceId}/agents/{agentId}': {
    path: a,
    statuses: [401, 404, 403, 403, 204, 204, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/webhooks': {
    path: (ids) => `${a(ids)}/webhooks`,
    statuses: editors,
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/webhooks': {
    path: (ids) => `${a(ids)}/webhooks`,
    body: () => ({ url: 'https://example.com/hook', events: ['contact.created'] }),
    statuses: [401, 404, 403, 201, 201, 201, 404, 404],
  },
  'PATCH /api/workspaces/{workspaceId}/agents/{agentId}/webhooks/{webhookId}': {
    path: hook,
    body: () => ({ active: false }),
    statuses: editors,
  },
  'DELETE /api/workspaces/{workspaceId}/agents/{agentId}/webhooks/{webhookId}': {
    path: hook,
    statuses: [401, 404, 403, 204, 204, 204, 404, 404],
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/webhooks/{webhookId}/rotate-secret': {
    path: (ids) => `${hook(ids)}/rotate-secret`,
    statuses: editors,
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/webhooks/{webhookId}/test': {
    path: (ids) => `${hook(ids)}/test`,
    body: () => ({ type: 'contact.created' }),
    statuses: [401, 404, 403, 201, 201, 201, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/webhooks/{webhookId}/deliveries': {
    path: (ids) => `${hook(ids)}/deliveries`,
    statuses: editors,
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/webhooks/{webhookId}/deliveries/{deliveryId}/replay': {
    path: (ids) => `${hook(ids)}/deliveries/${ids.deliveryId}/replay`,
    statuses: [401, 404, 403, 201, 201, 201, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/integrations': {
    path: (ids) => `${a(ids)}/integrations`,
    statuses: members,
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/integrations': {
    path: (ids) => `${a(ids)}/integrations`,
    body: () => ({ kind: 'slack', name: 'Team', url: 'https://example.com/hook' }),
    statuses: [401, 404, 403, 201, 201, 201, 404, 404],
  },
  'PATCH /api/workspaces/{workspaceId}/agents/{agentId}/integrations/{integrationId}': {
    path: told,
    body: () => ({ active: false }),
    statuses: editors,
  },
  'DELETE /api/workspaces/{workspaceId}/agents/{agentId}/integrations/{integrationId}': {
    path: told,
    statuses: [401, 404, 403, 204, 204, 204, 404, 404],
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/integrations/{integrationId}/test': {
    path: (ids) => `${told(ids)}/test`,
    statuses: [401, 404, 403, 204, 204, 204, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/api-keys': {
    path: (ids) => `${a(ids)}/api-keys`,
    statuses: managers,
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/api-keys': {
    path: (ids) => `${a(ids)}/api-keys`,
    body: () => ({ name: 'Shop', scopes: ['contacts:read'] }),
    statuses: [401, 404, 403, 403, 201, 201, 404, 404],
  },
  'DELETE /api/workspaces/{workspaceId}/agents/{agentId}/api-keys/{apiKeyId}': {
    path: (ids) => `${a(ids)}/api-keys/${ids.apiKeyId}`,
    statuses: [401, 404, 403, 403, 204, 204, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/contacts': {
    path: (ids) => `${a(ids)}/contacts`,
    statuses: members,
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/contacts': {
    path: (ids) => `${a(ids)}/contacts`,
    body: () => ({ name: 'Kay' }),
    statuses: creators,
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/contacts/{contactId}': {
    path: (ids) => `${a(ids)}/contacts/${ids.contactId}`,
    statuses: members,
  },
  'PATCH /api/workspaces/{workspaceId}/agents/{agentId}/contacts/{contactId}': {
    path: (ids) => `${a(ids)}/contacts/${ids.contactId}`,
    body: () => ({ name: 'Kim' }),
    statuses: editors,
  },
  'DELETE /api/workspaces/{workspaceId}/agents/{agentId}/contacts/{contactId}': {
    path: (ids) => `${a(ids)}/contacts/${ids.contactId}`,
    statuses: [401, 404, 403, 204, 204, 204, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/desk': { path: (ids) => `${a(ids)}/desk`, statuses: members },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/conversations': {
    path: (ids) => `${a(ids)}/conversations`,
    statuses: members,
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/conversations': {
    path: (ids) => `${a(ids)}/conversations`,
    body: ({ contactId }) => ({ contactId, text: 'Hello' }),
    statuses: creators,
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/conversations/{conversationId}': {
    path: (ids) => `${a(ids)}/conversations/${ids.conversationId}`,
    statuses: members,
  },
  'PATCH /api/workspaces/{workspaceId}/agents/{agentId}/conversations/{conversationId}': {
    path: (ids) => `${a(ids)}/conversations/${ids.conversationId}`,
    body: () => ({ state: 'resolved' }),
    statuses: editors,
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/conversations/{conversationId}/read': {
    path: (ids) => `${a(ids)}/conversations/${ids.conversationId}/read`,
    body: () => ({ upTo: 1 }),
    statuses: [401, 404, 204, 204, 204, 204, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/desk/search': {
    path: (ids) => `${w(ids)}/desk/search?q=hello`,
    statuses: members,
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/conversations/{conversationId}/messages': {
    path: (ids) => `${a(ids)}/conversations/${ids.conversationId}/messages`,
    statuses: members,
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/conversations/{conversationId}/messages': {
    path: (ids) => `${a(ids)}/conversations/${ids.conversationId}/messages`,
    body: () => ({ text: 'Hello' }),
    statuses: creators,
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/resources': {
    path: (ids) => `${a(ids)}/resources`,
    statuses: members,
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/resources': {
    path: (ids) => `${a(ids)}/resources`,
    body: () => ({ kind: 'text', title: 'Opening hours', content: 'From nine to five.' }),
    statuses: [401, 404, 403, 201, 201, 201, 404, 404],
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/resources/{resourceId}': { path: resource, statuses: members },
  'PATCH /api/workspaces/{workspaceId}/agents/{agentId}/resources/{resourceId}': {
    path: resource,
    body: () => ({ content: 'From ten to four.' }),
    statuses: editors,
  },
  'DELETE /api/workspaces/{workspaceId}/agents/{agentId}/resources/{resourceId}': {
    path: resource,
    statuses: [401, 404, 403, 204, 204, 204, 404, 404],
  },
  'POST /api/workspaces/{workspaceId}/agents/{agentId}/resources/{resourceId}/refresh': {
    path: (ids) => `${a(ids)}/resources/${ids.pageId}/refresh`,
    statuses: editors,
  },
  'GET /api/workspaces/{workspaceId}/agents/{agentId}/search': {
    path: (ids) => `${a(ids)}/search?q=sea`,
    statuses: members,
  },
  'POST /api/invitations/preview': {
    path: () => '/api/invitations/preview',
    body: ({ token }) => ({ token }),
    statuses: [200, 200, 200, 200, 200, 200, 200, 200],
  },
  'POST /api/invitations/accept': {
    path: () => '/api/invitations/accept',
    body: ({ token }) => ({ token }),
    statuses: [401, 403, 403, 403, 403, 403, 403, 200],
  },
  'POST /api/invitations/decline': {
    path: () => '/api/invitations/decline',
    body: ({ token }) => ({ token }),
    statuses: [204, 403, 403, 403, 403, 403, 403, 204],
  },
}
