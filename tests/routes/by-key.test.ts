import { expect, test } from 'vitest'
import { scopes, type ApiScope } from '#shared/scopes.ts'
import { keyHolder } from '../support/key-holder.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newUser, type Failure, type Person } from '../support/people.ts'
import { holders, matrixByKey, type AgentIds, type Holder } from './matrix-by-key.ts'

const node = useNode()

test('every route for API keys has its line in the matrix, and the document says which key it needs', async () => {
  const routes = await readRoutes()
  expect(Object.keys(matrixByKey).sort()).toEqual([...routes.keys()].sort())
  for (const [route, needs] of routes) {
    const known = needs?.every((scope) => (scopes as readonly string[]).includes(scope))
    expect({ route, known, one: (needs?.length ?? 2) <= 1 }).toEqual({ route, known: true, one: true })
  }
})

for (const [route, row] of Object.entries(matrixByKey)) {
  test(`65 ${route}: every holder of a key gets exactly their status`, async () => {
    const method = route.split(' ')[0] ?? ''
    const [scope] = (await readRoutes()).get(route) ?? []
    const untouched = await arrange(scope)
    const got: Record<string, number> = {}
    for (const [index, holder] of holders.entries()) {
      const changes = method !== 'GET' && (row.statuses[index] ?? 0) < 400
      const { callers, ids } = changes ? await arrange(scope) : untouched
      const answer = await callers[holder].call<Failure>(method, row.path(ids), row.body?.(ids))
      got[holder] = answer.status
      const challenge = answer.headers.get('www-authenticate')
      expect({ holder, challenge }).toEqual({ holder, challenge: answer.status === 401 ? 'Bearer' : null })
    }
    expect(got).toEqual(Object.fromEntries(holders.map((holder, index) => [holder, row.statuses[index]])))
  })
}

type Document = { paths: Record<string, Record<string, { security?: Record<string, string[]>[] }>> }

/** The routes below /api/v1 with the scopes that the document says they need. */
async function readRoutes(): Promise<Map<string, string[] | undefined>> {
  const { body } = await newPerson(node()).get<Document>('/api/openapi.json')
  return new Map(
    Object.entries(body.paths)
      .filter(([path]) => path.startsWith('/api/v1/'))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(
          ([method, { security }]) => [`${method.toUpperCase()} ${path}`, security?.[0]?.['apiKey']] as const,
        ),
      ),
  )
}

type Arranged = { callers: Record<Holder, Pick<Person, 'call'>>; ids: AgentIds }

let shared: Promise<Person> | undefined

/** Two agents of one workspace, the holders of their keys, and what the first agent has. */
async function arrange(scope: string | undefined): Promise<Arranged> {
  const owner = await (shared ??= newUser(node(), 'owner'))
  const { id: workspaceId } = await owner.createWorkspace('Acme')
  const { body: agent } = await owner.createAgent(workspaceId)
  const { body: sibling } = await owner.createAgent(workspaceId, 'Sibling')
  const wanted = scope ? [scope as ApiScope] : [...scopes]
  const newKey = async (agentId: string, these: ApiScope[]) =>
    (await owner.createApiKey(workspaceId, agentId, { name: 'Shop', scopes: these })).body
  const [revoked, expired, unfit, other, fit] = [
    await newKey(agent.id, wanted),
    await newKey(agent.id, wanted),
    await newKey(agent.id, scope ? scopes.filter((one) => one !== scope) : ['contacts:read']),
    await newKey(sibling.id, [...scopes]),
    await newKey(agent.id, wanted),
  ]
  await owner.delete(`/api/workspaces/${workspaceId}/agents/${agent.id}/api-keys/${revoked.apiKey.id}`)
  await node().owner`update api_keys set expires_at = now() where id = ${expired.apiKey.id}`
  const callers = {
    owner,
    nobody: newPerson(node()),
    stranger: keyHolder(node(), `rollcall_${'x'.repeat(43)}`),
    revoked: keyHolder(node(), revoked.key),
    expired: keyHolder(node(), expired.key),
    unfit: keyHolder(node(), unfit.key),
    sibling: keyHolder(node(), other.key),
    holder: keyHolder(node(), fit.key),
  }
  const inAgent = `/api/workspaces/${workspaceId}/agents/${agent.id}`
  const make = async (what: string, body: object) =>
    (await owner.post<{ id: string }>(`${inAgent}/${what}`, body)).body.id
  const contactId = await make('contacts', { name: 'Somebody' })
  const conversationId = await make('conversations', { contactId, text: 'Hello' })
  const resourceId = await make('resources', { kind: 'text', title: 'Address', content: 'By the sea.' })
  return { callers, ids: { n: workspaceId.slice(-12), contactId, conversationId, resourceId } }
}
