import { expect, test } from 'vitest'
import { mostIntegrations, type Integration } from '#shared/protocol/agents/integrations.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { useNode } from '../support/node.ts'
import { createIntegration, newDesk, type Desk } from '../support/outside.ts'
import { newTeam, newUser, type Failure } from '../support/people.ts'
import { reachable, status, type Received } from '../support/receiver.ts'
import { useReceiver } from '../support/use-receiver.ts'
import { verifyInAgent } from '../support/verify-command.ts'

const node = useNode({}, 1000, reachable)
const receiver = useReceiver()
const soon = { timeout: 20_000, interval: 20 }
const slack = { kind: 'slack', name: 'Team channel', url: 'https://hooks.example.com/services/T0/B0/secret' } as const

test('S3 an Editor creates, changes and deletes integrations; where they go is never shown again', async () => {
  const { ada, edsger, barbara, workspace } = await newTeam(node())
  const agentId = (await ada.createAgent(workspace.id)).body.id
  const place = { workspaceId: workspace.id, agentId }
  const desk = { owner: edsger, ...place, path: `/api/workspaces/${workspace.id}/agents/${agentId}` }
  const verify = <R>(act: () => Promise<R>) => verifyInAgent(node(), barbara, place, act)
  const first = await verify(() => createIntegration(desk, slack))
  const kept = { active: true, problem: null, id: expect.any(String) as string, createdAt: expect.any(String) as string } // prettier-ignore
  expect(first).toMatchObject({ status: 201 })
  expect(first.body).toEqual({ ...kept, kind: 'slack', name: 'Team channel', hint: 'hooks.example.com' })
  const second = await verify(() => createIntegration(desk, { kind: 'email', name: 'Inbox', to: 'Hidden.Inbox@Example.com' })) // prettier-ignore
  expect(second.body).toEqual({ ...kept, kind: 'email', name: 'Inbox', hint: 'h…@example.com' })
  const path = (integration: Integration) => `${desk.path}/integrations/${integration.id}`
  const renamed = await verify(() => edsger.patch<Integration>(path(first.body), { name: 'Other', active: false }))
  expect(renamed.body).toEqual({ ...first.body, name: 'Other', active: false })
  const moved = await verify(() => edsger.patch<Integration>(path(first.body), { url: 'https://chat.example.org/x' }))
  expect(moved.body).toEqual({ ...renamed.body, hint: 'chat.example.org' })
  const all = (await barbara.get<PageOf<Integration>>(`${desk.path}/integrations`)).body
  expect(all).toEqual({ items: [moved.body, second.body], nextCursor: null })
  expect((await verify(() => edsger.delete(path(second.body)))).status).toBe(204)
  expect((await edsger.delete(path(second.body))).status).toBe(404)
  const events = JSON.stringify(await node().owner`select data from events`)
  const rows = JSON.stringify(await node().owner`select row_to_json(i)::text from integrations i`)
  const everything = [edsger.heard, barbara.heard, events, rows].join()
  for (const secret of ['/services/', 'idden.inbox', 'example.org/x']) expect(everything).not.toContain(secret)
})

test('S2 an integration that is changed to what it is stays as it is', async () => {
  const desk = await newDesk(node())
  const { body } = await createIntegration(desk, slack)
  for (const change of [{ name: body.name }, { active: true }]) {
    const same = await desk.owner.patch(`${desk.path}/integrations/${body.id}`, change)
    expect(same).toMatchObject({ status: 200, body })
    expect(same.headers.get('stream-position')).toBeNull()
  }
})

test('a new conversation is told in Slack’s words and by email, with what it began with, and no name becomes a link', async () => {
  const desk = await newDesk(node(), 'Shop & <Co> www.example.com')
  await createIntegration(desk, { ...slack, url: receiver().url('/slack') })
  await createIntegration(desk, { kind: 'email', name: 'Inbox', to: inbox('told') })
  await createIntegration(desk, { ...slack, url: receiver().url('/slack-off') })
  const off = (await desk.owner.get<PageOf<Integration>>(`${desk.path}/integrations`)).body.items.at(-1)
  await desk.owner.patch(`${desk.path}/integrations/${off?.id}`, { active: false })
  const text = `<!channel> look & see\n<https://evil.example/|click>\n${'more\n'.repeat(8)}`
  await desk.owner.post(`${desk.path}/conversations`, { text })
  const [got] = (await receiver().until('/slack', 1)) as [Received]
  expect(got.headers['content-type']).toBe('application/json')
  const link = `${node().url}/w/${await handleOf(desk)}/agents/${desk.agentId}`
  expect(JSON.parse(got.body)).toEqual({
    text: [
      'New conversation with Shop &amp; &lt;Co&gt; www.example.com in Acme',
      '> &lt;!channel&gt; look &amp; see',
      '> &lt;https://evil.example/|click&gt;',
      '> more',
      '> more',
      '> more…',
      link,
    ].join('\n'),
  })
  const mail = await node().mail.next(inbox('told'))
  expect(mail.subject).toMatch(/^New conversation with Shop & <Co> www/)
  expect(mail.text).toContain('> <!channel> look & see')
  expect(mail.text).toContain(link)
  expect(mail.html).toContain('&#60;!channel&#62; look &#38; see')
  for (const form of ['www.example.com', 'https://evil.example', 'evil.example']) {
    expect(mail.subject + mail.text + mail.html).not.toContain(form)
  }
  // without a first message there is nothing to quote
  await desk.owner.post(`${desk.path}/conversations`, {})
  const [, bare] = (await receiver().until('/slack', 2)) as [Received, Received]
  expect(JSON.parse(bare.body)).toEqual({ text: `New conversation with Shop &amp; &lt;Co&gt; www.example.com in Acme\n${link}` }) // prettier-ignore
  expect(receiver().to('/slack-off')).toEqual([])
})

test('what cannot be handed on is tried three times, then it says why, and with the next success all is well', async () => {
  const desk = await newDesk(node())
  const { body: integration } = await createIntegration(desk, { ...slack, url: receiver().url('/failing') })
  receiver().answer('/failing', status(500))
  await verifyInAgent(node(), desk.owner, desk, async () => {
    await desk.owner.post(`${desk.path}/conversations`, { text: 'Hello' })
    for (const attempt of [1, 2, 3]) {
      await receiver().until('/failing', attempt)
      if (attempt === 3) break
      expect(await problemOf(desk, integration.id)).toBeNull()
      await expect.poll(() => postponed(integration.id), soon).toBe(1)
      await dueNow(integration.id)
    }
    await expect.poll(() => problemOf(desk, integration.id), soon).toBe('It answered 500.')
  })
  expect(await postponed(integration.id)).toBe(0)
  receiver().answer('/failing', status(200))
  await verifyInAgent(node(), desk.owner, desk, async () => {
    await desk.owner.post(`${desk.path}/conversations`, { text: 'Hello again' })
    await expect.poll(() => problemOf(desk, integration.id), soon).toBeNull()
  })
  expect(receiver().to('/failing')).toHaveLength(4)
})

test('the test sends at once and says what came of it', async () => {
  const desk = await newDesk(node())
  const { body: there } = await createIntegration(desk, { ...slack, url: receiver().url('/tested') })
  const test = (id: string) =>
    verifyInAgent(node(), desk.owner, desk, () => desk.owner.post<Failure>(`${desk.path}/integrations/${id}/test`))
  expect((await test(there.id)).status).toBe(204)
  expect(receiver().to('/tested')[0]?.body).toContain('This is a test: new conversations with Front desk in Acme')
  receiver().answer('/tested', status(404))
  const failed = { status: 422, body: { code: 'unreachable', detail: 'The test could not be handed on. It answered 404.' } } // prettier-ignore
  expect(await test(there.id)).toMatchObject(failed)
  expect(await problemOf(desk, there.id)).toBe('It answered 404.')
  receiver().answer('/tested', status(200))
  expect((await test(there.id)).status).toBe(204)
  expect(await problemOf(desk, there.id)).toBeNull()
  const { body: nowhere } = await createIntegration(desk, { ...slack, url: 'https://nowhere.invalid/' })
  expect(await test(nowhere.id)).toMatchObject({ status: 422, body: { detail: expect.stringContaining('There is no server of that name.') as string } }) // prettier-ignore
  const { body: mail } = await createIntegration(desk, { kind: 'email', name: 'Inbox', to: inbox('tested') })
  expect((await test(mail.id)).status).toBe(204)
  expect((await node().mail.next(inbox('tested'))).text).toContain('New conversations with Front desk in Acme')
})

test('an integration that was changed or deleted meanwhile keeps no problem of before', async () => {
  const desk = await newDesk(node())
  const { body: integration } = await createIntegration(desk, { ...slack, url: receiver().url('/before') })
  const path = `${desk.path}/integrations/${integration.id}`
  receiver().answer('/before', (response) => {
    void desk.owner.patch(path, { url: receiver().url('/behind') }).then(() => response.writeHead(500).end())
  })
  expect((await desk.owner.post(`${path}/test`)).status).toBe(422)
  expect(await problemOf(desk, integration.id)).toBeNull()
  receiver().answer('/behind', (response) => {
    void desk.owner.delete(path).then(() => response.writeHead(500).end())
  })
  expect((await desk.owner.post(`${path}/test`)).status).toBe(422)
  expect((await desk.owner.get<PageOf<Integration>>(`${desk.path}/integrations`)).body.items).toEqual([])
})

test('142 emails tell of 30 conversations in an hour and no more, and tests of one address are limited', async () => {
  const desk = await newDesk(node())
  const { body } = await createIntegration(desk, { kind: 'email', name: 'Inbox', to: inbox('flood') })
  for (let n = 0; n < 32; n += 1) await desk.owner.post(`${desk.path}/conversations`, {})
  await expect.poll(() => problemOf(desk, body.id), soon).toMatch(/^More than 30 conversations began within an hour/)
  await expect.poll(() => node().mail.countTo(inbox('flood')), soon).toBe(30)
})

test('the same Idempotency-Key makes one integration, and the database does not hold where it goes', async () => {
  const desk = await newDesk(node())
  const key = { 'Idempotency-Key': 'integration-1' }
  const ask = () => desk.owner.post<Integration>(`${desk.path}/integrations`, slack, key)
  const answers = await Promise.all([ask(), ask(), ask()])
  for (const { status: code, body } of answers) expect({ code, body }).toEqual({ code: 201, body: answers[0]?.body })
  expect((await desk.owner.get<PageOf<Integration>>(`${desk.path}/integrations`)).body.items).toHaveLength(1)
  const stored = await node().owner`select row_to_json(k)::text as text from idempotency_keys k`
  expect(JSON.stringify(stored)).not.toContain('/services/')
})

test('beyond the limit no integration is made, however many ask at once', async () => {
  const desk = await newDesk(node())
  for (let n = 0; n < mostIntegrations - 1; n += 1) await createIntegration(desk, slack)
  const more = await Promise.all(Array.from({ length: 5 }, () => createIntegration(desk, slack)))
  expect(more.map(({ status: code }) => code).sort()).toEqual([201, 409, 409, 409, 409])
  expect(more.find(({ status: code }) => code === 409)?.body.code).toBe('limit_reached')
})

test('change against delete and against another change: nobody fails, and what is said last stands', async () => {
  const desk = await newDesk(node())
  for (let n = 0; n < 8; n += 1) {
    const { body } = await createIntegration(desk, slack)
    const path = `${desk.path}/integrations/${body.id}`
    const changes = [desk.owner.patch(path, { name: 'One' }), desk.owner.patch(path, { active: false })]
    const answers = await Promise.all(n % 2 ? [...changes, desk.owner.delete(path)] : changes)
    for (const { status: code } of answers) expect([200, 204, 404]).toContain(code)
    if (n % 2 === 0) {
      const { items } = (await desk.owner.get<PageOf<Integration>>(`${desk.path}/integrations`)).body
      expect(items.find(({ id }) => id === body.id)).toMatchObject({ name: 'One', active: false })
    }
  }
})

test('nobody of another agent, and no Viewer, changes or tests it', async () => {
  const { ada, barbara, workspace } = await newTeam(node())
  const [one, two] = await Promise.all(['One', 'Two'].map(async (name) => (await ada.createAgent(workspace.id, name)).body.id)) // prettier-ignore
  const at = (agentId = '') => `/api/workspaces/${workspace.id}/agents/${agentId}/integrations`
  const { body } = await ada.post<Integration>(at(one), slack)
  const stranger = await newUser(node(), 'Stranger')
  for (const [person, path, code] of [[ada, at(two), 404], [barbara, at(one), 403], [stranger, at(one), 404]] as const) {
    const answers = [
      await person.patch(`${path}/${body.id}`, { active: false }),
      await person.post(`${path}/${body.id}/test`),
      await person.delete(`${path}/${body.id}`),
    ]
    expect(answers.map(({ status: given }) => given)).toEqual([code, code, code])
  }
}) // prettier-ignore

test.each([
  ['nothing', {}],
  ['another kind', { ...slack, kind: 'fax' }],
  ['no address', { kind: 'slack', name: 'Team' }],
  ['an email address for Slack', { kind: 'slack', name: 'Team', to: 'team@example.com' }],
  ['a web address for email', { kind: 'email', name: 'Team', url: 'https://example.com/' }],
  ['no email address', { kind: 'email', name: 'Team', to: 'team' }],
  ['two email addresses', { kind: 'email', name: 'Team', to: 'a@example.com, b@example.com' }],
  ['http', { ...slack, url: 'http://example.com/' }],
  ['a sign-in', { ...slack, url: 'https://user:password@example.com/' }],
  ['no name', { ...slack, name: ' ' }],
  ['a long name', { ...slack, name: 'x'.repeat(81) }],
  ['a hint of its own', { ...slack, hint: 'example.com' }],
])('an integration with %s is refused, and nothing is made', async (_, body) => {
  const desk = await newDesk(node())
  const answer = await desk.owner.post<Failure>(`${desk.path}/integrations`, body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  expect(answer.body.errors).not.toHaveLength(0)
  expect((await desk.owner.get<PageOf<Integration>>(`${desk.path}/integrations`)).body.items).toEqual([])
})

test('a changed integration needs an address of its kind', async () => {
  const desk = await newDesk(node())
  const { body: one } = await createIntegration(desk, slack)
  const { body: two } = await createIntegration(desk, { kind: 'email', name: 'Inbox', to: inbox('kind') })
  const changes: [string, object][] = [
    [one.id, { to: 'team@example.com' }],
    [two.id, { url: 'https://example.com/' }],
    [one.id, {}],
    [one.id, { kind: 'email' }],
    [one.id, { problem: 'None.' }],
  ]
  for (const [id, change] of changes) {
    const answer = await desk.owner.patch<Failure>(`${desk.path}/integrations/${id}`, change)
    expect(answer, JSON.stringify(change)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  }
  const long = `https://${'x'.repeat(60)}.${'y'.repeat(60)}.example.com/`
  const moved = await desk.owner.patch<Integration>(`${desk.path}/integrations/${one.id}`, { url: long })
  expect(moved).toMatchObject({ status: 200, body: { hint: long.slice(8, 108) } })
})

function inbox(name: string): string {
  return `${name}@example.com`
}

async function problemOf(desk: Desk, id: string): Promise<string | null> {
  const { items } = (await desk.owner.get<PageOf<Integration>>(`${desk.path}/integrations`)).body
  return (items.find((one) => one.id === id) as Integration).problem
}

async function handleOf({ owner, workspaceId }: Desk): Promise<string> {
  return (await owner.roster(workspaceId)).workspace.handle
}

/** How many jobs wait for a later attempt. */
async function postponed(integrationId: string): Promise<number> {
  const rows = await node().owner`
    select from graphile_worker._private_jobs
    where payload ->> 'integrationId' = ${integrationId} and run_at > now() and locked_at is null`
  return rows.length
}

function dueNow(integrationId: string) {
  return node().owner`
    update graphile_worker._private_jobs set run_at = now() where payload ->> 'integrationId' = ${integrationId}`
}
