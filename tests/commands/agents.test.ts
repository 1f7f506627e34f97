import { expect, test } from 'vitest'
import { mostAgents, type AgentsAnswer } from '#shared/protocol/requests.ts'
import type { Agent } from '#shared/protocol/resources.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { useNode } from '../support/node.ts'
import { newTeam, newUser, type Failure } from '../support/people.ts'
import { race } from '../support/race.ts'
import { verifyCommand, verifyFromTheStart } from '../support/verify-command.ts'

const node = useNode()

test('S3 an Admin creates an agent, an Editor changes it, and it shows in every open page', async () => {
  const { ada, grace, edsger, barbara, workspace } = await newTeam(node())
  const verify = <R>(act: () => Promise<R>) => verifyCommand(node(), barbara, workspace.id, [ada, barbara], act)
  const { status, body } = await verify(() => grace.createAgent(workspace.id, 'Front desk'))
  expect(status).toBe(201)
  expect(body).toEqual({ id: expect.any(String) as string, name: 'Front desk', language: 'en', greeting: '', helpDesk: false, messenger: { on: false, colour: '#5654cf', side: 'right', origins: [] }, createdAt: expect.any(String) as string }) // prettier-ignore
  const path = pathOf(workspace.id, body.id)
  const change = { name: 'Empfang', language: 'de', greeting: 'Guten Tag!\n\nWomit können wir helfen?', helpDesk: true }
  const changed = await verify(() => edsger.patch<Agent>(path, change))
  expect(changed).toMatchObject({ status: 200, body: { ...body, ...change } })
  expect((await barbara.get<Agent>(path)).body).toEqual(changed.body)
  expect((await barbara.roster(workspace.id)).agents).toEqual([changed.body])
  await verifyFromTheStart(node(), ada, workspace.id)
})

test('S2 changing an agent to what it is changes nothing', async () => {
  const { ada, workspace } = await newTeam(node())
  const { body } = await ada.createAgent(workspace.id)
  const again = await ada.patch(pathOf(workspace.id, body.id), { name: body.name, helpDesk: false })
  expect(again).toMatchObject({ status: 200, body })
  expect(again.headers.get('stream-position')).toBeNull()
})

test('S3 a deleted agent is gone from every page, and with the last one the workspace can be deleted', async () => {
  const { ada, grace, barbara, workspace } = await newTeam(node())
  const agents = await Promise.all(['One', 'Two'].map((name) => ada.createAgent(workspace.id, name)))
  for (const { body } of agents) {
    expect(await ada.delete<Failure>(`/api/workspaces/${workspace.id}`)).toMatchObject({
      status: 409,
      body: { code: 'workspace_has_agents' },
    })
    const path = pathOf(workspace.id, body.id)
    const deleted = await verifyCommand(node(), barbara, workspace.id, [ada], () => grace.delete(path))
    expect(deleted.status).toBe(204)
    for (const answer of [await ada.get(path), await ada.patch(path, { name: 'Again' }), await ada.delete(path)]) {
      expect(answer.status).toBe(404)
    }
  }
  expect((await ada.delete(`/api/workspaces/${workspace.id}`)).status).toBe(204)
})

test('73 an agent stays in its workspace: no request moves it, and neither does any statement', async () => {
  const { ada, workspace } = await newTeam(node())
  const other = await ada.createWorkspace('Elsewhere')
  const { body } = await ada.createAgent(workspace.id)
  for (const more of [{ workspaceId: other.id }, { workspace_id: other.id }, { id: other.id }, { createdAt: '' }]) {
    const answer = await ada.patch<Failure>(pathOf(workspace.id, body.id), { name: 'Moved', ...more })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  }
  expect((await ada.patch(pathOf(other.id, body.id), { name: 'Moved' })).status).toBe(404)
  expect((await ada.delete(pathOf(other.id, body.id))).status).toBe(404)
  const { owner } = node()
  await expect(owner`update agents set workspace_id = ${other.id} where id = ${body.id}`).rejects.toThrow('stays where it was made') // prettier-ignore
  await expect(owner`update agents set id = ${other.id} where id = ${body.id}`).rejects.toThrow('stays where it was made') // prettier-ignore
  await expect(owner.begin((tx) => [tx`set local role rollcall_app`, tx`update agents set workspace_id = ${other.id}`])).rejects.toThrow('permission denied') // prettier-ignore
  expect((await ada.get(pathOf(workspace.id, body.id))).body).toEqual(body)
})

test('past all commands a workspace that has an agent cannot be deleted either', async () => {
  const { ada, workspace } = await newTeam(node())
  await ada.createAgent(workspace.id)
  await expect(node().owner`delete from workspaces where id = ${workspace.id}`).rejects.toMatchObject({ code: '23001' })
})

test('agents come in pages, in the order in which they were made', async () => {
  const ada = await newUser(node())
  const { id } = await ada.createWorkspace()
  const made: string[] = []
  for (let n = 0; n < 5; n += 1) made.push((await ada.createAgent(id, `Agent ${n}`)).body.id)
  const page = async (query: string) => (await ada.get<AgentsAnswer>(`/api/workspaces/${id}/agents${query}`)).body
  const first = await page('?limit=2')
  const second = await page(`?limit=2&cursor=${first.nextCursor}`)
  const third = await page(`?limit=2&cursor=${second.nextCursor}`)
  expect([first, second, third].flatMap(({ items }) => items.map((agent) => agent.id))).toEqual(made)
  expect(third.nextCursor).toBeNull()
  expect((await page('')).items).toHaveLength(5)
  for (const query of ['?limit=0', '?limit=101', '?cursor=somewhere', '?page=2']) {
    expect((await ada.get<Failure>(`/api/workspaces/${id}/agents${query}`)).body.code, query).toBe('invalid_input')
  }
})

test.each([
  [{}],
  [{ name: '' }],
  [{ name: 'x'.repeat(81) }],
  [{ name: 'Desk', language: 'en-GB' }],
  [{ name: 'Desk', language: 'klingon' }],
  [{ name: 'Desk', greeting: 'x'.repeat(501) }],
  [{ name: 'Desk', greeting: 'Hello\u0000' }],
  [{ name: 'Desk', greeting: 'Hello \u202eolleH' }],
  [{ name: 'Desk', helpDesk: 'yes' }],
  [{ name: 'Desk', workspaceId: 'elsewhere' }],
])('an agent with %j is refused, and nothing is made', async (body) => {
  const ada = await newUser(node())
  const { id } = await ada.createWorkspace()
  const answer = await ada.post<Failure>(`/api/workspaces/${id}/agents`, body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{}] } })
  expect(await ada.roster(id)).toMatchObject({ agents: [], position: 2 })
})

test('beyond the limit no agent is made, however many ask at once', async () => {
  const ada = await newUser(node())
  const { id } = await ada.createWorkspace()
  await node().owner`
    insert into agents (id, workspace_id, name, language, greeting, help_desk, created_at)
    select gen_random_uuid(), ${id}, 'Agent ' || n, 'en', '', false, now() from generate_series(1, ${mostAgents - 1}) as n`
  const answers = await Promise.all(Array.from({ length: 10 }, () => ada.createAgent(id)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)])
  const refused = answers.find(({ status }) => status === 409)?.body as unknown as Failure
  expect(refused).toMatchObject({
    code: 'limit_reached',
    detail: expect.stringContaining('Delete one first') as string,
  })
})

test('the same Idempotency-Key makes one agent', async () => {
  const ada = await newUser(node())
  const { id } = await ada.createWorkspace()
  const key = { 'Idempotency-Key': 'agent-1' }
  const ask = () => ada.post<Agent>(`/api/workspaces/${id}/agents`, { name: 'Once' }, key)
  const answers = await Promise.all([ask(), ask(), ask()])
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect((await ada.roster(id)).agents).toHaveLength(1)
})

test('86 an agent that is created while its workspace is deleted: one of both is refused, and no agent is left behind', async () => {
  const ada = await newUser(node())
  const outcomes = await race({ rounds: 30, possible: 2 }, async (n, later) => {
    const { id } = await ada.createWorkspace(`Race ${n}`)
    const create = () => ada.createAgent(id)
    const remove = () => ada.delete(`/api/workspaces/${id}`)
    const [created, deleted] = await Promise.all(n % 2 ? [create(), later(remove)] : [later(create), remove()])
    const left = await node().owner`
      select from agents a where a.workspace_id = ${id} and not exists (select from workspaces w where w.id = a.workspace_id)`
    expect(left).toHaveLength(0)
    return [`${created.status} ${deleted.status}`]
  })
  expect(outcomes).toEqual(['201 409', '404 204'])
})

test('two who change one agent at once: both changes stand, and each is told', async () => {
  const { ada, edsger, workspace } = await newTeam(node())
  const { body } = await ada.createAgent(workspace.id)
  const path = pathOf(workspace.id, body.id)
  const { position } = await ada.roster(workspace.id)
  const answers = await Promise.all([ada.patch(path, { name: 'Renamed' }), edsger.patch(path, { helpDesk: true })])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect((await ada.get(path)).body).toEqual({ ...body, name: 'Renamed', helpDesk: true })
  expect((await ada.roster(workspace.id)).position).toBe(position + 2)
  const at = answers.map(({ headers }) => headers.get('stream-position')).sort()
  expect(at).toEqual([1, 2].map((n) => `${streamOf('workspace', workspace.id)}=${position + n}`))
})

function pathOf(workspaceId: string, agentId: string): string {
  return `/api/workspaces/${workspaceId}/agents/${agentId}`
}
