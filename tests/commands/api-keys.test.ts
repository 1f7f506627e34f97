import { expect, test } from 'vitest'
import { mostApiKeys, type ApiKeyWithUse, type OpenedAnswer } from '#shared/protocol/agents/api-keys.ts'
import type { AgentStateAnswer } from '#shared/protocol/agents/state.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { openAgent } from '#server/core/opening.ts'
import { runCommand, type Core } from '#server/core/run-command.ts'
import { keyHolder } from '../support/key-holder.ts'
import { useNode } from '../support/node.ts'
import { newTeam, newUser, type Failure, type Person } from '../support/people.ts'
import { verifyInAgent, type AgentPlace } from '../support/verify-command.ts'

const node = useNode()
const shop = { name: 'Shop', scopes: ['contacts:write', 'contacts:read', 'contacts:write'] as const }

test('S3 an Admin creates an API key and revokes it, and it shows in every open page of the agent', async () => {
  const { team, place, path } = await newPlace()
  const { grace, barbara, workspace } = team
  const made = await verifyInAgent(node(), barbara, place, () => grace.createApiKey(workspace.id, place.agentId, { ...shop, scopes: [...shop.scopes] })) // prettier-ignore
  const { apiKey, key } = made.body
  expect(made.status).toBe(201)
  expect(key).toMatch(/^rollcall_[\w-]{43}$/)
  expect(made.body).toEqual({
    apiKey: {
      id: expect.any(String) as string, name: 'Shop', prefix: key.slice(0, 16), scopes: ['contacts:read', 'contacts:write'],
      createdAt: expect.any(String) as string, expiresAt: null, lastUsedAt: null,
    },
    key,
  }) // prettier-ignore
  expect((await grace.get(path)).body).toEqual({ items: [apiKey], nextCursor: null })
  const { lastUsedAt: _, ...shown } = apiKey
  expect(await stateOf(barbara, place)).toMatchObject({ apiKeys: [shown] })
  const opened = await keyHolder(node(), key).get<OpenedAnswer>('/api/v1/agent')
  expect(opened.body).toEqual({
    agent: { id: place.agentId, name: 'Front desk', language: 'en' },
    scopes: apiKey.scopes,
  })

  const revoked = await verifyInAgent(node(), barbara, place, () => grace.delete(`${path}/${apiKey.id}`))
  expect(revoked.status).toBe(204)
  expect((await grace.get(path)).body).toEqual({ items: [], nextCursor: null })
  expect((await keyHolder(node(), key).get('/api/v1/agent')).status).toBe(401)
})

test('keys of one name are two keys, and revoking one leaves the other', async () => {
  const { team, place, path } = await newPlace()
  const make = () =>
    team.ada.createApiKey(team.workspace.id, place.agentId, { name: 'Same', scopes: ['contacts:read'] })
  const [one, other] = [(await make()).body, (await make()).body]
  expect(other.key).not.toBe(one.key)
  expect((await team.ada.delete(`${path}/${one.apiKey.id}`)).status).toBe(204)
  expect((await keyHolder(node(), one.key).get('/api/v1/agent')).status).toBe(401)
  expect((await keyHolder(node(), other.key).get('/api/v1/agent')).status).toBe(200)
})

test('S2 what is revoked already, and what is another agent’s, is not there: nothing happens', async () => {
  const { team, place, path } = await newPlace()
  const { ada, workspace } = team
  const { body: sibling } = await ada.createAgent(workspace.id, 'Sibling')
  const { body } = await ada.createApiKey(workspace.id, place.agentId, { name: 'Shop', scopes: ['contacts:read'] })
  const siblings = `/api/workspaces/${workspace.id}/agents/${sibling.id}/api-keys`
  expect((await ada.delete(`${siblings}/${body.apiKey.id}`)).status).toBe(404)
  expect((await keyHolder(node(), body.key).get('/api/v1/agent')).status).toBe(200)
  await ada.delete(`${path}/${body.apiKey.id}`)
  const before = await stateOf(ada, place)
  expect((await ada.delete(`${path}/${body.apiKey.id}`)).status).toBe(404)
  expect((await ada.delete(`${path}/${crypto.randomUUID()}`)).status).toBe(404)
  expect(await stateOf(ada, place)).toEqual(before)
})

test('a key works until its moment and not at it, by the clock of the database', async () => {
  const { team, place } = await newPlace()
  const wanted = { name: 'Trial', scopes: ['knowledge:read' as const], expiresInDays: 30 }
  const { body } = await team.ada.createApiKey(team.workspace.id, place.agentId, wanted)
  const { id, createdAt, expiresAt } = body.apiKey
  expect(Date.parse(expiresAt ?? '') - Date.parse(createdAt)).toBe(30 * 24 * 3600 * 1000)
  const [clock] = await node().owner<{ apart: number }[]>`
    select abs(extract(epoch from clock_timestamp() - ${createdAt}::timestamptz))::float8 as apart`
  expect(clock?.apart).toBeLessThan(60)
  const holder = keyHolder(node(), body.key)
  const expire = (moment: string) =>
    node().owner.unsafe(`update api_keys set expires_at = ${moment} where id = '${id}'`)
  for (const moment of ['now()', "now() - interval '1 millisecond'"]) {
    await expire(moment)
    expect(await holder.get('/api/v1/agent')).toMatchObject({ status: 401, body: { code: 'invalid_api_key' } })
  }
  await expire("now() + interval '1 minute'")
  expect((await holder.get('/api/v1/agent')).status).toBe(200)
})

test('keys come in pages, in the order in which they were made', async () => {
  const { team, place, path } = await newPlace()
  const made: string[] = []
  for (let n = 0; n < 5; n += 1) {
    const wanted = { name: `Key ${n}`, scopes: ['contacts:read' as const] }
    made.push((await team.ada.createApiKey(team.workspace.id, place.agentId, wanted)).body.apiKey.id)
  }
  const page = async (query: string) => (await team.ada.get<PageOf<ApiKeyWithUse>>(`${path}${query}`)).body
  const first = await page('?limit=2')
  const second = await page(`?limit=2&cursor=${first.nextCursor}`)
  const third = await page(`?limit=2&cursor=${second.nextCursor}`)
  expect([first, second, third].flatMap(({ items }) => items.map(({ id }) => id))).toEqual(made)
  expect(third.nextCursor).toBeNull()
  for (const query of ['?limit=0', '?limit=101', '?cursor=somewhere', '?page=2']) {
    expect((await team.ada.get<Failure>(`${path}${query}`)).body.code, query).toBe('invalid_input')
  }
})

test('a key that is not as it must be is refused, and nothing is made', async () => {
  const { team, place, path } = await newPlace()
  const fine = { name: 'Shop', scopes: ['contacts:read'] }
  for (const body of [
    {},
    { name: 'Shop' },
    { scopes: fine.scopes },
    { ...fine, name: '' },
    { ...fine, name: 'x'.repeat(81) },
    { ...fine, name: 'Shop\u0000' },
    { ...fine, name: 'pohS\u202e' },
    { ...fine, scopes: [] },
    { ...fine, scopes: 'contacts:read' },
    { ...fine, scopes: ['contacts:delete'] },
    { ...fine, scopes: ['*'] },
    { ...fine, scopes: [null] },
    { ...fine, expiresInDays: 0 },
    { ...fine, expiresInDays: -1 },
    { ...fine, expiresInDays: 1.5 },
    { ...fine, expiresInDays: 3651 },
    { ...fine, expiresInDays: null },
    { ...fine, expiresAt: '2100-01-01T00:00:00.000Z' },
    { ...fine, key: `rollcall_${'x'.repeat(43)}` },
    { ...fine, agentId: place.agentId },
  ]) {
    const answer = await team.ada.post<Failure>(path, body)
    expect({ body, status: answer.status }).toEqual({ body, status: 400 })
    expect(answer.body.code).toBe('invalid_input')
    expect(answer.body.errors?.length).toBeGreaterThan(0)
  }
  expect(await stateOf(team.ada, place)).toMatchObject({ position: 0, apiKeys: [] })
})

test('beyond the limit no key is made, however many ask at once', async () => {
  const { team, place, path } = await newPlace()
  await node().owner`
    insert into api_keys (id, workspace_id, agent_id, name, prefix, key_hash, scopes, created_at)
    select gen_random_uuid(), ${place.workspaceId}, ${place.agentId}, 'Key ' || n, 'rollcall_1234567', sha256(('k' || n || ${place.agentId})::bytea),
      array['contacts:read'], now()
    from generate_series(1, ${mostApiKeys - 1}) as n`
  const ask = () => team.ada.post<Failure>(path, { name: 'Late', scopes: ['contacts:read'] })
  const answers = await Promise.all(Array.from({ length: 10 }, ask))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)])
  const refused = answers.find(({ status }) => status === 409)?.body
  expect(refused).toMatchObject({
    code: 'limit_reached',
    detail: expect.stringContaining('Revoke one first') as string,
  })
})

test('I8 the same Idempotency-Key makes one key and gives its secret again; another body is refused', async () => {
  const { team, place, path } = await newPlace()
  const headers = { 'Idempotency-Key': crypto.randomUUID() }
  const ask = (name = 'Once') =>
    team.grace.createApiKey(team.workspace.id, place.agentId, { name, scopes: ['contacts:read'] }, headers)
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask()))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect((await keyHolder(node(), answers[0]?.body.key ?? '').get('/api/v1/agent')).status).toBe(200)
  expect(await stateOf(team.ada, place)).toMatchObject({ position: 1, apiKeys: [{ name: 'Once' }] })
  expect(await ask('Twice')).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } })
  // whoever may no longer manage keys gets nothing of what they once did
  await team.ada.patch(`/api/workspaces/${team.workspace.id}/members/${team.graceId}`, { role: 'editor' })
  expect(await ask()).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  await team.ada.delete(`/api/workspaces/${team.workspace.id}/members/${team.graceId}`)
  expect(await ask()).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect((await team.ada.get<PageOf<ApiKeyWithUse>>(path)).body.items).toHaveLength(1)
})

test('when a key was last used is kept to the minute, and no event tells of it', async () => {
  const { team, place, path } = await newPlace()
  const { body } = await team.ada.createApiKey(team.workspace.id, place.agentId, { name: 'Shop', scopes: ['contacts:read'] }) // prettier-ignore
  const holder = keyHolder(node(), body.key)
  const lastUse = async () => (await team.ada.get<PageOf<ApiKeyWithUse>>(path)).body.items[0]?.lastUsedAt ?? null
  expect(await lastUse()).toBeNull()
  await Promise.all(Array.from({ length: 20 }, () => holder.get('/api/v1/agent')))
  await expect.poll(lastUse, { timeout: 10_000 }).not.toBeNull()
  const used = (secondsAgo: number) =>
    node().owner`
      update api_keys set last_used_at = date_trunc('milliseconds', clock_timestamp()) - make_interval(secs => ${secondsAgo})
      where id = ${body.apiKey.id}`
  await used(10)
  const tenAgo = await lastUse()
  await Promise.all(Array.from({ length: 5 }, () => holder.get('/api/v1/agent')))
  expect(await lastUse()).toBe(tenAgo)
  await used(61)
  await holder.get('/api/v1/agent')
  await expect.poll(lastUse, { timeout: 10_000 }).toSatisfy((at) => String(at) > String(tenAgo))
  expect((await stateOf(team.ada, place)).position).toBe(1)
})

test('an agent that is deleted takes its keys with it', async () => {
  const { team, place } = await newPlace()
  const { body } = await team.ada.createApiKey(team.workspace.id, place.agentId, { name: 'Shop', scopes: ['contacts:read'] }) // prettier-ignore
  await team.ada.delete(`/api/workspaces/${team.workspace.id}/agents/${place.agentId}`)
  expect((await keyHolder(node(), body.key).get<Failure>('/api/v1/agent')).body.code).toBe('invalid_api_key')
  expect(await node().owner`select id from api_keys where id = ${body.apiKey.id}`).toHaveLength(0)
})

test('two who revoke one key at once: one does, the other finds it gone', async () => {
  const { team, place, path } = await newPlace()
  const { body } = await team.ada.createApiKey(team.workspace.id, place.agentId, { name: 'Shop', scopes: ['contacts:read'] }) // prettier-ignore
  const answers = await Promise.all([team.ada, team.grace].map((person) => person.delete(`${path}/${body.apiKey.id}`)))
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 404])
  expect((await stateOf(team.ada, place)).position).toBe(2)
})

test('revoking against using: once revoking was answered no request succeeds, and none ever fails otherwise', async () => {
  const ada = await newUser(node())
  const { id } = await ada.createWorkspace()
  const { body: agent } = await ada.createAgent(id)
  let before = 0
  for (let round = 0; round < 30; round += 1) {
    const { body } = await ada.createApiKey(id, agent.id, { name: `Round ${round}`, scopes: ['contacts:read'] })
    const holder = keyHolder(node(), body.key)
    let answered = false
    const use = async () => {
      const sentBehind = answered
      const { status } = await holder.get('/api/v1/agent')
      expect(sentBehind ? [401] : [200, 401]).toContain(status)
      if (!sentBehind && status === 200) before += 1
    }
    const useOften = async () => {
      for (let n = 0; n < 4; n += 1) await use()
    }
    const revoke = async () => {
      const { status } = await ada.delete(`/api/workspaces/${id}/agents/${agent.id}/api-keys/${body.apiKey.id}`)
      expect(status).toBe(204)
      answered = true
      await Promise.all([use(), use(), use()])
    }
    await Promise.all([useOften(), useOften(), useOften(), revoke()])
  }
  expect(before).toBeGreaterThan(0)
})

test('C1 revoking waits for what is under way with the key, and what comes behind it is refused', async () => {
  const { team, place, path } = await newPlace()
  const { body } = await team.ada.createApiKey(team.workspace.id, place.agentId, { name: 'Shop', scopes: ['contacts:read'] }) // prettier-ignore
  const caller = { ...place, apiKeyId: body.apiKey.id }
  const core: Core = { sql: node().sql, follow: () => undefined, publish: () => undefined }
  const order: string[] = []
  let revoking: Promise<unknown> | undefined
  const act = {
    open: (tx: Parameters<typeof openAgent>[0], input: typeof caller) => openAgent(tx, input, 'part'),
    run: async () => {
      revoking = team.ada.delete(`${path}/${body.apiKey.id}`).then(({ status }) => order.push(`revoked ${status}`))
      await expect.poll(waiting, { timeout: 10_000 }).toBe(1)
      order.push('acted')
    },
  }
  await runCommand(core, act, caller)
  await revoking
  expect(order).toEqual(['acted', 'revoked 204'])
  await expect(runCommand(core, act, caller)).rejects.toMatchObject({ code: 'invalid_api_key' })
  expect(order).toHaveLength(2)
})

/** How many wait for a lock that another transaction holds. */
async function waiting(): Promise<number> {
  const rows = await node().owner`
    select distinct l.pid
    from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where not l.granted and a.datname = current_database()`
  return rows.length
}

async function newPlace() {
  const team = await newTeam(node())
  const { body } = await team.ada.createAgent(team.workspace.id)
  const place = { workspaceId: team.workspace.id, agentId: body.id }
  return { team, place, path: `/api/workspaces/${team.workspace.id}/agents/${body.id}/api-keys` }
}

async function stateOf(person: Person, place: AgentPlace) {
  return (await person.get<AgentStateAnswer>(`/api/workspaces/${place.workspaceId}/agents/${place.agentId}/state`)).body
}
