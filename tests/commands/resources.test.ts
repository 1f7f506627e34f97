import { expect, test } from 'vitest'
import {
  mostContent,
  mostResources,
  type NewResource,
  type Resource,
  type ResourceSummary,
} from '#shared/protocol/agents/knowledge.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { ask } from '../faults/ask.ts'
import { newKnowledge, knowledgeOf } from '../support/knowledge.ts'
import { useNode } from '../support/node.ts'
import { newTeam, newUser, type Failure } from '../support/people.ts'
import { verifyInAgent } from '../support/verify-command.ts'

const node = useNode()
const some = expect.any(String) as string

test('S3 an Editor adds, changes and deletes what an agent knows, and it shows in every open page', async () => {
  const { ada, edsger, barbara, workspace } = await newTeam(node())
  const { body: agent } = await ada.createAgent(workspace.id)
  const place = { workspaceId: workspace.id, agentId: agent.id }
  const { all, add, get } = knowledgeOf(node(), edsger, place)
  const verify = <R>(act: () => Promise<R>) => verifyInAgent(node(), barbara, place, act)

  const { status, body } = await verify(() => add({ kind: 'text', title: 'Opening hours', content: 'Nine to five.' }))
  expect(status).toBe(201)
  expect(body).toEqual({
    id: some, kind: 'text', title: 'Opening hours', content: 'Nine to five.', url: null, language: 'en', status: 'ready',
    problem: null, fetchedAt: null, createdAt: some, updatedAt: some,
  }) // prettier-ignore
  const answered = await verify(() => add({ kind: 'qa', question: 'Wo?', answer: 'Hier.', language: 'de' }))
  expect(answered.body).toMatchObject({ kind: 'qa', title: 'Wo?', content: 'Hier.', language: 'de' })

  const change = { title: 'Öffnungszeiten', content: 'Neun bis fünf.', language: 'de' }
  const changed = await verify(() => edsger.patch<Resource>(`${all}/${body.id}`, change))
  expect(changed).toMatchObject({ status: 200, body: { ...body, ...change, updatedAt: some } })
  expect(await get(body.id)).toEqual(changed.body)
  expect((await verify(() => edsger.delete(`${all}/${body.id}`))).status).toBe(204)
  for (const answer of [await edsger.get(`${all}/${body.id}`), await edsger.patch(`${all}/${body.id}`, change)]) {
    expect(answer.status).toBe(404)
  }
  const left = await node().owner`select resource_id from passages where agent_id = ${agent.id}`
  expect(left).toEqual([{ resourceId: answered.body.id }])
})

test('S2 changing a resource to what it is changes nothing', async () => {
  const { owner, all, text } = await newKnowledge(node())
  const resource = await text('Opening hours', 'Nine to five.')
  const again = await owner.patch(`${all}/${resource.id}`, { title: 'Opening hours', language: 'en' })
  expect(again).toMatchObject({ status: 200, body: resource })
  expect(again.headers.get('stream-position')).toBeNull()
})

test('a resource without a language has its agent’s', async () => {
  const { owner, path, add } = await newKnowledge(node())
  await owner.patch(path, { language: 'fr' })
  expect((await add({ kind: 'text', title: 'Heures', content: 'De neuf à cinq.' })).body.language).toBe('fr')
})

test('of a page only the language is changed by hand, and only a page is read again', async () => {
  const { owner, all, text, page, read } = await newKnowledge(node())
  const { body } = await page('http://127.0.0.1/help')
  await read(body.id)
  for (const change of [{ title: 'Mine' }, { content: 'Mine' }, { language: 'de', title: 'Mine' }]) {
    const answer = await owner.patch<Failure>(`${all}/${body.id}`, change)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{ path: Object.keys(change).at(-1) }] } }) // prettier-ignore
  }
  expect((await owner.patch(`${all}/${body.id}`, { language: 'de' })).body).toMatchObject({ language: 'de' })
  const { id } = await text('Opening hours', 'Nine to five.')
  expect(await owner.post(`${all}/${id}/refresh`)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
})

test('resources come in pages, in the order in which they were made', async () => {
  const { owner, all, text } = await newKnowledge(node())
  const made: string[] = []
  for (let n = 0; n < 5; n += 1) made.push((await text(`Text ${n}`, 'Words')).id)
  const page = async (query: string) => (await owner.get<PageOf<ResourceSummary>>(`${all}${query}`)).body
  const first = await page('?limit=3')
  const second = await page(`?limit=3&cursor=${first.nextCursor}`)
  expect([first, second].flatMap(({ items }) => items.map(({ id }) => id))).toEqual(made)
  expect([first.nextCursor, second.nextCursor]).toEqual([made[2], null])
  expect(first.items[0]).not.toHaveProperty('content')
  for (const query of ['?limit=0', '?limit=101', '?cursor=somewhere', '?page=2']) {
    expect((await owner.get<Failure>(`${all}${query}`)).body.code, query).toBe('invalid_input')
  }
})

test('a text is as long as 50,000 characters of any script, however JSON writes them', async () => {
  const { owner, path, all, add } = await newKnowledge(node())
  const content = '😀 '.repeat(mostContent / 2 - 1) + 'x'
  expect(Buffer.byteLength(content)).toBeGreaterThan(64 * 1024)
  expect((await add({ kind: 'text', title: 'Long', content })).status).toBe(201)
  const escaped = content.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`)
  const raw = new TextEncoder().encode(`{"kind":"text","title":"Long","content":"${escaped}"}`)
  const answer = await owner.call<Resource>('POST', all, raw, { 'Content-Type': 'application/json' })
  expect(answer).toMatchObject({ status: 201, body: { content } })
  const longer = await add({ kind: 'text', title: 'Longer', content: 'x'.repeat(mostContent + 1) })
  expect(longer).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  // and nowhere else is there room for as much
  const headers = { Cookie: owner.cookie(), Host: new URL(node().url).host }
  const tooLong = (length: number) => ({ kind: 'text', title: 'Far longer', content: 'x'.repeat(length) })
  for (const [to, length] of [[all, 700_000], [`${all}/x/refresh`, 70_000], [path, 70_000]] as const) {
    const answer = await ask(node().port, to, { method: 'POST', body: tooLong(length), headers })
    expect({ to, status: answer.status }).toEqual({ to, status: 413 })
  } // prettier-ignore
})

test.each([
  [{}],
  [{ kind: 'file', title: 'A', content: 'B' }],
  [{ kind: 'text', title: '', content: 'B' }],
  [{ kind: 'text', title: 'x'.repeat(301), content: 'B' }],
  [{ kind: 'text', title: 'A', content: '  ' }],
  [{ kind: 'text', title: 'A', content: 'B\u0000' }],
  [{ kind: 'text', title: 'A\u202eB', content: 'B' }],
  [{ kind: 'text', title: 'A', content: 'B', language: 'klingon' }],
  [{ kind: 'text', title: 'A', content: 'B', url: 'https://example.com' }],
  [{ kind: 'text', title: 'A', content: 'B', status: 'failed' }],
  [{ kind: 'qa', title: 'A', content: 'B' }],
  [{ kind: 'url', url: 'ftp://example.com/a' }],
  [{ kind: 'url', url: 'javascript:alert(1)' }],
  [{ kind: 'url', url: 'file:///etc/passwd' }],
  [{ kind: 'url', url: 'https://ada:secret@example.com/' }],
  [{ kind: 'url', url: `https://example.com/${'x'.repeat(2000)}` }],
  [{ kind: 'url', url: 'https://example.com', title: 'Mine' }],
])('a resource of %j is refused, and nothing is made', async (body) => {
  const { owner, all } = await newKnowledge(node())
  const answer = await owner.post<Failure>(all, body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  expect(answer.body.errors).not.toEqual([])
  expect((await owner.get<PageOf<ResourceSummary>>(all)).body.items).toEqual([])
})

test('beyond the limit no resource is made, however many ask at once', async () => {
  const { owner, place, add } = await newKnowledge(node())
  await node().owner`
    insert into resources (id, workspace_id, agent_id, kind, title, content, language, status, created_at, updated_at)
    select gen_random_uuid(), ${place.workspaceId}, ${place.agentId}, 'text', 'T', 'C', 'en', 'ready', now(), now()
    from generate_series(1, ${mostResources - 1})`
  const text: NewResource = { kind: 'text', title: 'One more', content: 'Words' }
  const answers = await Promise.all(Array.from({ length: 6 }, () => add(text)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409])
  const refused = answers.find(({ status }) => status === 409)
  expect(refused?.body).toMatchObject({
    code: 'limit_reached',
    detail: expect.stringContaining('Delete one') as string,
  })
  expect(owner.heard.join()).not.toContain('internal')
})

test('the same Idempotency-Key makes one resource', async () => {
  const { owner, all } = await newKnowledge(node())
  const body = { kind: 'text', title: 'Once', content: 'Words' }
  const ask = () => owner.post<Resource>(all, body, { 'Idempotency-Key': 'resource-1' })
  const answers = await Promise.all([ask(), ask(), ask()])
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
  expect((await owner.get<PageOf<ResourceSummary>>(all)).body.items).toHaveLength(1)
})

test('two who change one resource at once: both changes stand, and it is found by what it says in the end', async () => {
  const { ada, edsger, workspace } = await newTeam(node())
  const { body: agent } = await ada.createAgent(workspace.id)
  const place = { workspaceId: workspace.id, agentId: agent.id }
  const { all, text, get, titles } = knowledgeOf(node(), ada, place)
  const { id } = await text('Old', 'Before')
  const answers = await verifyInAgent(node(), ada, place, () =>
    Promise.all([
      ada.patch(`${all}/${id}`, { title: 'Umbrellas' }),
      edsger.patch(`${all}/${id}`, { content: 'Parasols' }),
    ]),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(await get(id)).toMatchObject({ title: 'Umbrellas', content: 'Parasols' })
  expect(await Promise.all([titles('umbrellas parasols'), titles('before')])).toEqual([['Umbrellas'], []])
})

test('a resource that is changed while it is deleted is gone, and told of in that order', async () => {
  const { owner, place, all, text } = await newKnowledge(node())
  for (let n = 0; n < 10; n += 1) {
    const { id } = await text(`Text ${n}`, 'Words')
    const change = () => owner.patch(`${all}/${id}`, { content: 'Other words' })
    const remove = () => owner.delete(`${all}/${id}`)
    const answers = await verifyInAgent(node(), owner, place, () =>
      Promise.all(n % 2 ? [change(), remove()] : [remove(), change()]),
    )
    const [changed, deleted] = n % 2 ? answers : answers.toReversed()
    expect([200, 404]).toContain(changed?.status)
    expect(deleted?.status).toBe(204)
    expect((await owner.get(`${all}/${id}`)).status).toBe(404)
  }
})

test('a workspace’s member who reads no agent’s text by another agent’s address', async () => {
  const one = await newKnowledge(node())
  const { body: sibling } = await one.owner.createAgent(one.place.workspaceId, 'Sibling')
  const { id } = await one.text('Ours', 'Words')
  const other = knowledgeOf(node(), one.owner, { ...one.place, agentId: sibling.id })
  expect((await one.owner.get(`${other.all}/${id}`)).status).toBe(404)
  expect((await one.owner.delete(`${other.all}/${id}`)).status).toBe(404)
  const stranger = await newUser(node())
  expect((await stranger.get(`${one.path}/search?q=words`)).status).toBe(404)
})
