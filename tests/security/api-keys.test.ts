import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CreatedApiKey } from '#shared/protocol/agents/api-keys.ts'
import { createApiKey } from '#server/agents/commands/create-api-key.ts'
import { readInAgent } from '#server/agents/queries/read-in-agent.ts'
import { openAgent, requireAccess, type AgentCaller, type InAgent } from '#server/core/opening.ts'
import { runCommand, type Command, type Core } from '#server/core/run-command.ts'
import { keyHolder } from '../support/key-holder.ts'
import { connectLive } from '../support/live.ts'
import { useNode, type TestNode } from '../support/node.ts'
import { newPerson, newUser, type Answer, type Failure, type Person } from '../support/people.ts'
import { rawRequest } from '../support/raw.ts'

/** The API alone: whatever answers below is not the client's page, built or not. */
const node = useNode({ clientDir: undefined })
/** Behind a load balancer at this machine, so that a test can come from any address; its limits are as they are. */
const limited = useNode({ trustedProxies: ['127.0.0.1'] }, 1)

test('65 without a valid key everything below /api/v1 is answered alike, to the letter: 401', async () => {
  const { ada, agentPath, made } = await newKey(node())
  const { body: revoked } = await ada.post<CreatedApiKey>(`${agentPath}/api-keys`, wanted)
  await ada.delete(`${agentPath}/api-keys/${revoked.apiKey.id}`)
  const { body: expired } = await ada.post<CreatedApiKey>(`${agentPath}/api-keys`, { ...wanted, expiresInDays: 1 })
  await node().owner`update api_keys set expires_at = now() where id = ${expired.apiKey.id}`
  const [session = ''] = ada.cookie().split('=').slice(1)
  const headers: Record<string, string>[] = [
    {},
    ...[
      '',
      'Bearer',
      'Bearer ',
      made.key,
      `Basic ${Buffer.from(`${made.key}:`).toString('base64')}`,
      `Bearer ${made.key}x`,
      `Bearer ${made.key} ${made.key}`,
      `Bearer ${made.key}, Bearer ${made.key}`,
      `Bearer ${made.key.toUpperCase()}`,
      `Bearer ${made.apiKey.prefix}`,
      `Bearer ${made.apiKey.id}`,
      `Bearer ${hashOf(made.key)}`,
      `Bearer ${session}`,
      `Bearer ${"' or ''='"}`,
      `Bearer ${'x'.repeat(8000)}`,
      `Bearer rollcall_${randomBytes(32).toString('base64url')}`,
      `Bearer ${revoked.key}`,
      `Bearer ${expired.key}`,
    ].map((Authorization) => ({ Authorization })),
    { Cookie: ada.cookie() },
    { Cookie: `rollcall_session=${made.key}` },
    { 'X-Api-Key': made.key },
  ]
  const answers: Answer<Failure>[] = []
  for (const these of headers) answers.push(await newPerson(node()).call('GET', '/api/v1/agent', undefined, these))
  for (const query of [`?key=${made.key}`, `?access_token=${made.key}`, `?authorization=Bearer%20${made.key}`]) {
    answers.push(await newPerson(node()).get(`/api/v1/agent${query}`))
  }
  // nor does it tell what there is: what is no route is answered like what is one
  answers.push(await newPerson(node()).get('/api/v1/nothing'), await newPerson(node()).post('/api/v1/agent', {}))
  const shapes = answers.map(({ status, body, headers: given }) => {
    const kept = [...given].filter(([name]) => name !== 'date')
    return JSON.stringify({ status, body: { ...body, requestId: '' }, kept })
  })
  expect(new Set(shapes).size).toBe(1)
  expect(answers[0]).toMatchObject({ status: 401, body: { code: 'invalid_api_key' } })
  expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer')
  expect((await keyHolder(node(), made.key).get('/api/v1/agent')).status).toBe(200)
})

test('65 a session is nothing beside a key, and a key is nothing where a session is asked for', async () => {
  const one = await newKey(node())
  const two = await newKey(node())
  const holder = keyHolder(node(), one.made.key)
  const cookies = [two.ada.cookie(), `rollcall_session=${'x'.repeat(43)}`, 'rollcall_session=%E0%A4%A']
  for (const Cookie of cookies) {
    const answer = await holder.call('GET', '/api/v1/agent', undefined, { Cookie })
    expect(answer).toMatchObject({ status: 200, body: { agent: { id: one.agentId } } })
  }
  for (const path of ['/api/me', one.agentPath, `${one.agentPath}/state`, `${one.agentPath}/api-keys`]) {
    expect(await holder.get(path)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
  }
  const claims = { 'X-Agent-Id': two.agentId, 'X-Workspace-Id': two.workspaceId, 'X-User-Id': two.ada.userId }
  const answer = await holder.call('GET', `/api/v1/agent?agentId=${two.agentId}`, undefined, claims)
  expect(answer).toMatchObject({ status: 200, body: { agent: { id: one.agentId } } })
})

test('77 no spelling of a path gets around the key', async () => {
  for (const path of [
    '//api/v1/agent',
    '/api//v1/agent',
    '/api/v1//agent',
    '/API/v1/agent',
    '/api/V1/agent',
    '/api/v1/agent/',
    '/api/v1/./agent',
    '/api/v1/../v1/agent',
    '/api%2Fv1/agent',
    '/api/v1%2Fagent',
    '/api/%761/agent',
    '/api/v1/%61gent',
    '/api/v1/agent;x=y',
    '/api/v1/agent%00',
    '/api/v1/agent.json',
  ]) {
    const { status } = await rawRequest(node(), { path })
    expect([400, 401, 404], `${path}: ${status}`).toContain(status)
  }
})

test('65 a caller without a user id passes every check: its key, its agent, its scope', async () => {
  const one = await newKey(node())
  const { body: sibling } = await one.ada.createAgent(one.workspaceId, 'Sibling')
  const two = await newKey(node())
  const { sql } = node()
  const core: Core = { sql, follow: () => undefined, publish: () => undefined }
  const key = { workspaceId: one.workspaceId, agentId: one.agentId, apiKeyId: one.made.apiKey.id }
  const write = (caller: AgentCaller) => runCommand(core, writeContact, caller)
  const read = (caller: AgentCaller) =>
    readInAgent(sql, caller, { action: 'workspace.view', scope: 'contacts:read' }, () => [])
  for (const lying of [
    { ...key, agentId: sibling.id },
    { ...key, workspaceId: two.workspaceId },
    { ...key, workspaceId: two.workspaceId, agentId: two.agentId },
    { ...key, apiKeyId: two.made.apiKey.id },
    { ...key, apiKeyId: crypto.randomUUID() },
  ]) {
    for (const attempt of [write, read]) await expect(attempt(lying)).rejects.toMatchObject({ code: 'invalid_api_key' })
  }
  await expect(read(key)).resolves.toEqual([])
  await expect(write(key)).rejects.toMatchObject({ code: 'insufficient_scope' })
  // what has no scope is nothing for keys, whatever scopes they have
  const secret = `rollcall_${'x'.repeat(43)}`
  const another = { ...key, ...wanted, scopes: [...wanted.scopes], secret, seal: (text: string) => text }
  await expect(runCommand(core, createApiKey, another)).rejects.toMatchObject({ code: 'insufficient_scope' })
  await expect(readInAgent(sql, key, { action: 'workspace.view' }, () => [])).rejects.toMatchObject({
    code: 'insufficient_scope',
  })
  // with a user beside it, it is the user who acts
  const stranger = { ...key, userId: two.ada.userId }
  for (const attempt of [write, read]) await expect(attempt(stranger)).rejects.toMatchObject({ code: 'not_found' })
  await node().owner`update api_keys set expires_at = now() where id = ${key.apiKeyId}`
  for (const attempt of [write, read]) await expect(attempt(key)).rejects.toMatchObject({ code: 'invalid_api_key' })
})

/** What any command does that a key can act by: it opens, and requires. */
const writeContact: Command<AgentCaller, InAgent, string> = {
  open: (tx, input) => openAgent(tx, input, 'part'),
  async run({ actor }) {
    requireAccess(actor, 'agent.edit', 'contacts:write')
    return 'written'
  },
}

test('6 19 152 the secret is in nothing but the answers to its creation: no table, list, event or socket has it', async () => {
  const ada = await newUser(node())
  const { id } = await ada.createWorkspace()
  const { body: agent } = await ada.createAgent(id)
  const live = await connectLive(node(), ada)
  const heard: string[] = []
  live.socket.io.engine.on('data', (data: unknown) => void heard.push(String(data)))
  await live.watch(`agent:${agent.id}`)
  const headers = { 'Idempotency-Key': crypto.randomUUID() }
  const { body } = await ada.createApiKey(id, agent.id, { name: 'Canary', scopes: ['contacts:read'] }, headers)
  expect((await ada.createApiKey(id, agent.id, { name: 'Canary', scopes: ['contacts:read'] }, headers)).body).toEqual(body)
  expect(ada.heard.splice(-2).every((answer) => answer.includes(body.key))).toBe(true)
  await keyHolder(node(), body.key).get('/api/v1/agent')
  const path = `/api/workspaces/${id}/agents/${agent.id}`
  for (const shown of [path, `${path}/state`, `${path}/api-keys`, `/api/workspaces/${id}/events?limit=500`]) await ada.get(shown)
  await live.untilPosition(`agent:${agent.id}`, 1)
  live.close()
  const told = [...ada.heard, ...heard].join('\n')
  expect(told).toContain(body.apiKey.prefix)
  for (const secret of formsOf(body.key)) {
    expect(told).not.toContain(secret)
    expect(await tablesWith(secret)).toEqual([])
  }
  // the search would find it: what may be there is
  expect(await tablesWith(body.apiKey.prefix)).toEqual(['public.api_keys', 'public.events', 'public.idempotency_keys'])
  expect(await tablesWith(hashOf(body.key))).toEqual(['public.api_keys'])
}) // prettier-ignore

test('19 24 what stands in the database opens nothing, and no change to a key, however small, is a key', async () => {
  const { made } = await newKey(node())
  const [row] = await node().owner<{ keyHash: Buffer }[]>`select key_hash from api_keys where id = ${made.apiKey.id}`
  const hash = row?.keyHash ?? Buffer.alloc(0)
  expect(hash.toString('hex')).toBe(hashOf(made.key))
  for (const stolen of [hash.toString('base64url'), hash.toString('hex').slice(0, 43)]) {
    expect((await keyHolder(node(), `rollcall_${stolen}`).get('/api/v1/agent')).status).toBe(401)
  }
  const letters = fc.constantFrom('', 'A', 'z', '-', '_', '=', '%', '/', '0')
  const mutated = fc.tuple(fc.nat(made.key.length - 1), letters).map(([at, letter]) => {
    return made.key.slice(0, at) + letter + made.key.slice(at + 1)
  })
  const asked = fc.asyncProperty(mutated.filter((text) => text !== made.key), async (text) => {
    expect((await keyHolder(node(), text).get('/api/v1/agent')).status).toBe(401)
  })
  await fc.assert(asked, { numRuns: 200 })
  expect((await keyHolder(node(), made.key).get('/api/v1/agent')).status).toBe(200)
}) // prettier-ignore

test('20 wrong keys from one address end with 429 after 60 in a minute; right ones go on, and so do other addresses', async () => {
  const { made } = await newKey(limited())
  const guess = (address: string, key = `rollcall_${randomBytes(32).toString('base64url')}`) =>
    keyHolder(limited(), key).call<Failure>('GET', '/api/v1/agent', undefined, { 'X-Forwarded-For': address })
  const guesses = await Promise.all(Array.from({ length: 100 }, () => guess('203.0.113.20')))
  expect(guesses.filter(({ status }) => status === 401)).toHaveLength(60)
  const late = guesses.filter(({ status }) => status === 429)
  expect(late).toHaveLength(40)
  for (const { body, headers } of late) {
    expect(body.code).toBe('rate_limited')
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  expect((await guess('203.0.113.20', made.key)).status).toBe(200)
  expect((await guess('203.0.113.21')).status).toBe(401)
})

test('65 a key makes 600 requests in a minute and is told how many are left; no other key is slowed by it', async () => {
  const { ada, agentPath, made } = await newKey(limited())
  const { body: other } = await ada.post<CreatedApiKey>(`${agentPath}/api-keys`, wanted)
  const holder = keyHolder(limited(), made.key)
  const first = await holder.get('/api/v1/agent')
  expect(limitsIn(first)).toEqual([600, 599, 60])
  const answers = [first]
  for (let n = 0; n < 61; n += 1) {
    answers.push(...(await Promise.all(Array.from({ length: 10 }, () => holder.get('/api/v1/agent')))))
  }
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(600)
  const refused = answers.filter(({ status }) => status !== 200)
  expect(refused).toHaveLength(11)
  for (const answer of refused) {
    const [limit, remaining, reset] = limitsIn(answer)
    expect(answer).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
    expect([limit, remaining]).toEqual([600, 0])
    expect(reset).toBeGreaterThan(0)
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60)
  }
  expect(limitsIn(await keyHolder(limited(), other.key).get('/api/v1/agent'))).toEqual([600, 599, 60])
})

const wanted = { name: 'Shop', scopes: ['contacts:read' as const] }

async function newKey(at: TestNode) {
  const ada: Person = await newUser(at)
  const { id: workspaceId } = await ada.createWorkspace()
  const { body: agent } = await ada.createAgent(workspaceId)
  const { body: made } = await ada.createApiKey(workspaceId, agent.id, wanted)
  return { ada, workspaceId, agentId: agent.id, agentPath: `/api/workspaces/${workspaceId}/agents/${agent.id}`, made }
}

function limitsIn({ headers }: Answer<unknown>): number[] {
  return ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`ratelimit-${name}`)))
}

/** As it is, and as a text of the database would show its bytes. */
function formsOf(key: string): string[] {
  const bare = key.replace('rollcall_', '')
  return [bare, ...[key, bare].flatMap((text) => [
    Buffer.from(text).toString('hex'), Buffer.from(text).toString('base64url'),
  ]), Buffer.from(bare, 'base64url').toString('hex')] // prettier-ignore
}

/** Every table of the database that has this text in any column of any row. */
async function tablesWith(text: string): Promise<string[]> {
  const { owner } = node()
  const tables = await owner<{ schema: string; name: string }[]>`
    select table_schema as schema, table_name as name
    from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
    order by table_schema, table_name`
  expect(tables.length).toBeGreaterThan(20)
  const found: string[] = []
  for (const { schema, name } of tables) {
    const rows =
      await owner`select 1 from ${owner(schema)}.${owner(name)} as one where position(${text} in one::text) > 0`
    if (rows.length > 0) found.push(`${schema}.${name}`)
  }
  return found
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
