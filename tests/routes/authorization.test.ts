import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Integration } from '#shared/protocol/agents/integrations.ts'
import type { Delivery, WebhookWithSecret } from '#shared/protocol/agents/webhooks.ts'
import type { AssignableRole } from '#shared/roles.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newUser, type Person } from '../support/people.ts'
import { kinds, matrix, type Ids, type Kind } from './matrix.ts'

const node = useNode()

// what is for API keys, and what is for visitors, has a matrix of its own
test('10 55 every route of the API has its line in the matrix', async () => {
  const { body } = await newPerson(node()).get<{ paths: Record<string, object> }>('/api/openapi.json')
  const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const ours = routes.filter((route) => !/ \/api\/(v1|messenger)\//.test(route))
  expect(Object.keys(matrix).sort()).toEqual(ours.sort())
})

for (const [route, row] of Object.entries(matrix)) {
  test(`${route}: everybody gets exactly their status`, async () => {
    const got: Record<string, number> = {}
    const method = route.split(' ')[0] ?? ''
    // whoever signs in or out is somebody of this test's own
    const cast = route.includes('/api/auth/') ? newCast : sharedCast
    const untouched = await arrange(await cast())
    for (const [index, kind] of kinds.entries()) {
      // a fresh team wherever something changes, so that what one was allowed to do does not answer for the next
      const changes = method !== 'GET' && (row.statuses[index] ?? 0) < 400
      const { people, ids } = changes ? await freshFor(route, untouched, cast) : untouched
      const binary = row.body?.(ids) instanceof Uint8Array ? { 'Content-Type': 'text/plain' } : {}
      const answer = await people[kind].call(method, row.path(ids), row.body?.(ids), binary)
      got[kind] = answer.status
    }
    expect(got).toEqual(Object.fromEntries(kinds.map((kind, index) => [kind, row.statuses[index]])))
  })
}

/** What a change inside an agent touches is that agent's alone: the team around it stays as it is. */
async function freshFor(route: string, { people, ids }: Arranged, cast: () => Promise<Cast>): Promise<Arranged> {
  if (!route.includes('/agents/{agentId}')) return arrange(await cast())
  return { people, ids: { ...ids, ...(await arrangeAgent(people.owner, ids.workspaceId)) } }
}

const inAgent = Object.entries(matrix).filter(([route]) => route.includes('/agents/{agentId}/'))
const ofOneThing = inAgent.filter(([route]) => route.split('/agents/{agentId}/')[1]?.includes('{'))

let sharedTeam: Promise<Arranged> | undefined

for (const [route, row] of ofOneThing) {
  test(`T1 62 ${route}: under another agent of the same workspace it is not there, and stays as it is`, async () => {
    const team = await (sharedTeam ??= sharedCast().then(arrange))
    const { people, ids } = await freshFor(route, team, sharedCast)
    const { body: sibling } = await people.owner.createAgent(ids.workspaceId, 'Sibling')
    const ask = (agentId: string) =>
      people.owner.call(route.split(' ')[0] ?? '', row.path({ ...ids, agentId }), row.body?.(ids))
    expect(await ask(sibling.id)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect((await ask(ids.agentId)).status).toBe(row.statuses[kinds.indexOf('owner')])
  })
}

test('T1 64 no list of an agent shows anything of another agent of the same workspace', async () => {
  const { people, ids } = await arrange(await sharedCast())
  const { body: sibling } = await people.owner.createAgent(ids.workspaceId, 'Sibling')
  const { workspaceId: _w, targetId: _t, invitationId: _i, token: _k, handle: _h, n: _n, ...own } = ids
  const shown = new Set<string>()
  for (const [route, row] of inAgent.filter((one) => one[0].startsWith('GET ') && !ofOneThing.includes(one))) {
    const idsIn = async (agentId: string) => {
      const { status, body } = await people.owner.get(row.path({ ...ids, agentId }))
      expect({ route, status }).toEqual({ route, status: row.statuses[kinds.indexOf('owner')] })
      return Object.values(own).filter((id) => JSON.stringify(body).includes(id))
    }
    for (const id of await idsIn(ids.agentId)) shown.add(id)
    expect({ route, leaked: await idsIn(sibling.id) }).toEqual({ route, leaked: [] })
  }
  // each agent's own lists do show it, or this would prove nothing
  expect(shown.size).toBeGreaterThan(0)
})

type Arranged = { people: Record<Kind, Person>; ids: Ids }

const names = ['outsider', 'viewer', 'editor', 'admin', 'removed', 'invitee', 'target'] as const
type Cast = Record<(typeof names)[number], Person>
let shared: Promise<Cast> | undefined

async function newCast(): Promise<Cast> {
  const people = await Promise.all(names.map(async (name) => [name, await newUser(node(), name)] as const))
  return Object.fromEntries(people) as Cast
}

/** The same people in every workspace: signing up is what takes long. */
function sharedCast(): Promise<Cast> {
  shared ??= newCast()
  return shared
}

/** Nine people around a workspace that is theirs alone, and whose Owner has no other. Arranged as everybody would. */
async function arrange({ target, ...cast }: Cast): Promise<Arranged> {
  const { outsider, viewer, editor, admin, removed, invitee } = cast
  const owner = await newUser(node(), 'owner')
  await owner.setAddonSeats(20)
  await outsider.createWorkspace()
  const workspace = await owner.createWorkspace('Acme')
  const enter = (person: Person, role: AssignableRole) => putIn(workspace.id, person, role)
  const [{ invitation, token }, inside, targetId, removedId] = await Promise.all([
    owner.inviteByMail(workspace.id, invitee.email),
    arrangeAgent(owner, workspace.id),
    enter(target, 'viewer'),
    enter(removed, 'admin'),
    enter(viewer, 'viewer'),
    enter(editor, 'editor'),
    enter(admin, 'admin'),
  ])
  await owner.delete(`/api/workspaces/${workspace.id}/members/${removedId}`)
  const people = { anonymous: newPerson(node()), owner, ...cast }
  const ids: Ids = {
    workspaceId: workspace.id,
    handle: workspace.handle,
    targetId,
    invitationId: invitation.id,
    ...inside,
    token,
    n: workspace.id.slice(-12),
  }
  return { people, ids }
}

/** Makes somebody a member without a word: how people join is not the matter here. */
async function putIn(workspaceId: string, { userId, name }: Person, role: AssignableRole): Promise<string> {
  const id = randomUUID()
  await node().owner`
    insert into members (id, workspace_id, account_id, user_id, role, display_name, joined_at)
    select ${id}, id, account_id, ${userId}, ${role}, ${name}, now() from workspaces where id = ${workspaceId}`
  return id
}

/** An agent with one of everything. */
async function arrangeAgent(owner: Person, workspaceId: string) {
  const { body: agent } = await owner.createAgent(workspaceId)
  const path = `/api/workspaces/${workspaceId}/agents/${agent.id}`
  const [outside, { body: made }, { body: contact }, known] = await Promise.all([
    arrangeOutside(owner, path),
    owner.createApiKey(workspaceId, agent.id, { name: 'Shop', scopes: ['contacts:read'] }),
    owner.post<{ id: string }>(`${path}/contacts`, { name: 'Kay' }),
    arrangeKnowledge(owner, `${path}/resources`),
  ])
  const { body: conversation } = await owner.post<{ id: string }>(`${path}/conversations`, {
    contactId: contact.id,
    text: 'Hello',
  })
  const ids = { contactId: contact.id, conversationId: conversation.id, apiKeyId: made.apiKey.id }
  return { agentId: agent.id, ...outside, ...known, ...ids }
}

/** A webhook that has been told something, and an integration by email, which goes to our SMTP peer. */
async function arrangeOutside(owner: Person, path: string) {
  const [{ body: made }, { body: integration }] = await Promise.all([
    owner.post<WebhookWithSecret>(`${path}/webhooks`, { url: 'https://example.com/', events: [] }),
    owner.post<Integration>(`${path}/integrations`, { kind: 'email', name: 'Team', to: 'team@example.com' }),
  ])
  const webhookId = made.webhook.id
  const { body: sent } = await owner.post<Delivery>(`${path}/webhooks/${webhookId}/test`, { type: 'member.joined' })
  return { webhookId, deliveryId: sent.id, integrationId: integration.id }
}

/** A text, and a page that nobody will ever read: it is on this machine. */
async function arrangeKnowledge(owner: Person, path: string) {
  const text = { kind: 'text', title: 'Address', content: 'By the sea.' }
  const [{ body: known }, { body: page }] = await Promise.all([
    owner.post<{ id: string }>(path, text),
    owner.post<{ id: string }>(path, { kind: 'url', url: 'http://127.0.0.1/help' }),
  ])
  return { resourceId: known.id, pageId: page.id }
}
