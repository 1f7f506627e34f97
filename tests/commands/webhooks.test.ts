import { expect, test } from 'vitest'
import { mostWebhooks, webhookEvents, type Delivery, type Webhook } from '#shared/protocol/agents/webhooks.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { useNode } from '../support/node.ts'
import { createWebhook, deliveriesOf, newDesk, takeover, webhookOf } from '../support/outside.ts'
import { newTeam, type Failure } from '../support/people.ts'
import { reachable, verified } from '../support/receiver.ts'
import { useReceiver } from '../support/use-receiver.ts'
import { verifyInAgent } from '../support/verify-command.ts'

const node = useNode({}, 1000, reachable)
const receiver = useReceiver()
const somewhere = { url: 'https://hooks.example.com/secret/path', events: ['contact.created' as const] }

test('75 S3 an Editor creates, changes and deletes a webhook; every member sees where it is and no more', async () => {
  const { ada, edsger, barbara, workspace } = await newTeam(node())
  const agentId = (await ada.createAgent(workspace.id)).body.id
  const place = { workspaceId: workspace.id, agentId }
  const desk = { owner: edsger, ...place, path: `/api/workspaces/${workspace.id}/agents/${agentId}` }
  const verify = <R>(act: () => Promise<R>) => verifyInAgent(node(), barbara, place, act)
  const events = ['seats.exhausted', 'contact.created', 'contact.created'] as const
  const { status, body } = await verify(() => createWebhook(desk, { ...somewhere, events: [...events] }))
  expect(status).toBe(201)
  expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/)
  const { webhook } = body
  expect(webhook).toEqual({
    id: expect.any(String) as string, host: 'hooks.example.com', url: somewhere.url,
    events: ['contact.created', 'seats.exhausted'], active: true, problem: null, failingSince: null,
    createdAt: expect.any(String) as string,
  }) // prettier-ignore
  expect(await webhookOf(desk, webhook.id)).toEqual(webhook)
  const change = { url: 'https://other.example.com/', events: [...webhookEvents], active: false }
  const changed = await verify(() => edsger.patch<Webhook>(`${desk.path}/webhooks/${webhook.id}`, change))
  expect(changed.body).toEqual({ ...webhook, ...change, host: 'other.example.com' })
  await verify(() => edsger.post(`${desk.path}/webhooks/${webhook.id}/rotate-secret`))
  expect((await verify(() => edsger.delete(`${desk.path}/webhooks/${webhook.id}`))).status).toBe(204)
  expect((await edsger.get<PageOf<Webhook>>(`${desk.path}/webhooks`)).body).toEqual({ items: [], nextCursor: null })
  const everything = barbara.heard.join() + JSON.stringify(await node().owner`select data from events`)
  for (const secret of ['/secret/path', 'whsec_']) expect(everything).not.toContain(secret)
})

test('S2 changing a webhook to what it is changes nothing, and neither does replaying what waits', async () => {
  const desk = await newDesk(node())
  const { webhook } = (await createWebhook(desk, { ...somewhere, events: ['takeover.requested'] })).body
  const path = `${desk.path}/webhooks/${webhook.id}`
  for (const change of [{ url: webhook.url }, { events: webhook.events }, { active: true }]) {
    const same = await desk.owner.patch<Webhook>(path, change)
    expect(same).toMatchObject({ status: 200, body: webhook })
    expect(same.headers.get('stream-position')).toBeNull()
  }
  await desk.owner.patch(path, { active: true, url: 'https://hooks.invalid/' })
  await takeover(node(), desk)
  await expect.poll(async () => (await deliveriesOf(desk, webhook.id))[0]?.attempts, { timeout: 20_000 }).toBe(1)
  const [waiting] = await deliveriesOf(desk, webhook.id)
  expect(waiting).toMatchObject({ status: 'pending', answerStatus: null, answerProblem: 'There is no server of that name.' }) // prettier-ignore
  const replayed = await desk.owner.post(`${path}/deliveries/${waiting?.id}/replay`)
  expect(replayed).toMatchObject({ status: 201, body: waiting })
  expect(replayed.headers.get('stream-position')).toBeNull()
})

test('nobody but who may edit reads, tests, replays, rotates; a person of another agent finds nothing', async () => {
  const { ada, barbara, workspace } = await newTeam(node())
  const ids = await Promise.all(['One', 'Two'].map(async (name) => (await ada.createAgent(workspace.id, name)).body.id))
  const [one, two] = ids.map((agentId) => ({
    owner: ada, workspaceId: workspace.id, agentId, path: `/api/workspaces/${workspace.id}/agents/${agentId}`,
  })) as [Awaited<ReturnType<typeof newDesk>>, Awaited<ReturnType<typeof newDesk>>] // prettier-ignore
  const { webhook } = (await createWebhook(one, { url: receiver().url('/elsewhere'), events: [] })).body
  const { body: sent } = await ada.post<Delivery>(`${one.path}/webhooks/${webhook.id}/test`, { type: 'member.joined' })
  const asks = (path: string) => [
    ['GET', `${path}/deliveries`],
    ['PATCH', path, { active: false }],
    ['DELETE', path],
    ['POST', `${path}/rotate-secret`],
    ['POST', `${path}/test`, { type: 'member.joined' }],
    ['POST', `${path}/deliveries/${sent.id}/replay`],
  ] as const // prettier-ignore
  for (const [method, path, body] of asks(`${two.path}/webhooks/${webhook.id}`)) {
    expect((await ada.call(method, path, body)).status, `${method} ${path}`).toBe(404)
  }
  for (const [method, path, body] of asks(`${one.path}/webhooks/${webhook.id}`)) {
    expect((await barbara.call(method, path, body)).status, `${method} ${path}`).toBe(403)
  }
  const mine = (await createWebhook(two, somewhere)).body.webhook
  const foreign = `${two.path}/webhooks/${mine.id}/deliveries/${sent.id}/replay`
  expect((await ada.post(foreign)).status).toBe(404)
})

test('the same Idempotency-Key makes one webhook and shows its secret again, which the database does not hold', async () => {
  const { ada, edsger, edsgerId, workspace } = await newTeam(node())
  const agentId = (await ada.createAgent(workspace.id)).body.id
  const path = `/api/workspaces/${workspace.id}/agents/${agentId}/webhooks`
  const key = { 'Idempotency-Key': 'webhook-1' }
  const ask = () => edsger.post<{ webhook: Webhook; secret: string }>(path, somewhere, key)
  const answers = await Promise.all([ask(), ask(), ask()])
  for (const { status, body } of answers) expect({ status, body }).toEqual({ status: 201, body: answers[0]?.body })
  const { secret, webhook } = answers[0]?.body as { webhook: Webhook; secret: string }
  const rotate = () => edsger.post<{ secret: string }>(`${path}/${webhook.id}/rotate-secret`, undefined, key)
  const [rotated, again] = [await rotate(), await rotate()]
  expect(again.body).toEqual(rotated.body)
  expect((await edsger.get<PageOf<Webhook>>(path)).body.items).toHaveLength(1)
  const rows = await node().owner`
    select row_to_json(k)::text as text from idempotency_keys k union all select row_to_json(w)::text from webhooks w`
  const stored = rows.map((row) => String(row['text'])).join()
  expect(stored).toContain('sealedSecret')
  for (const shown of [secret, rotated.body.secret]) {
    for (const form of [shown, shown.slice(6)]) expect(stored).not.toContain(form)
  }
  // whoever may no longer edit is not given it again
  await ada.patch(`/api/workspaces/${workspace.id}/members/${edsgerId}`, { role: 'viewer' })
  expect((await ask()).status).toBe(403)
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  expect((await ask()).status).toBe(404)
})

test('beyond the limit no webhook is made, however many ask at once', async () => {
  const desk = await newDesk(node())
  const answers = []
  for (let n = 0; n < mostWebhooks - 1; n += 1) answers.push((await createWebhook(desk, somewhere)).status)
  expect(new Set(answers)).toEqual(new Set([201]))
  const more = await Promise.all(Array.from({ length: 6 }, () => createWebhook(desk, somewhere)))
  expect(more.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409])
  expect(more.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'limit_reached', detail: expect.stringContaining('Delete one first') as string }) // prettier-ignore
})

test.each([
  ['nothing', {}],
  ['no events', { url: 'https://example.com/' }],
  ['http', { ...somewhere, url: 'http://example.com/hook' }],
  ['ftp', { ...somewhere, url: 'ftp://example.com/hook' }],
  ['javascript', { ...somewhere, url: 'javascript:alert(1)' }],
  ['no protocol', { ...somewhere, url: 'example.com/hook' }],
  ['a sign-in', { ...somewhere, url: 'https://user:password@example.com/' }],
  ['a sign-in behind backslashes', { ...somewhere, url: 'https:\\\\user@example.com/' }],
  ['a long address', { ...somewhere, url: `https://example.com/${'x'.repeat(2000)}` }],
  ['one that is long as it is called', { ...somewhere, url: `https://example.com/${'ä'.repeat(900)}` }],
  ['a port that is none', { ...somewhere, url: 'https://example.com:99999/' }],
  ['an event that is not told', { ...somewhere, events: ['workspace.deleted'] }],
  ['events that are no list', { ...somewhere, events: 'contact.created' }],
  ['a secret of its own', { ...somewhere, secret: 'whsec_mine' }],
  ['active', { ...somewhere, active: false }],
])('a webhook with %s is refused, and nothing is made', async (_, body) => {
  const desk = await newDesk(node())
  const answer = await desk.owner.post<Failure>(`${desk.path}/webhooks`, body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  expect(answer.body.errors).not.toHaveLength(0)
  expect((await desk.owner.get<PageOf<Webhook>>(`${desk.path}/webhooks`)).body.items).toEqual([])
})

test('an address is kept as it is called, however it was written', async () => {
  const desk = await newDesk(node())
  for (const [written, url] of [
    ['HTTPS://Example.COM', 'https://example.com/'],
    [' https://example.com/a b ', 'https://example.com/a%20b'],
    ['https:\\\\example.com\\hook', 'https://example.com/hook'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ]) {
    const { body } = await createWebhook(desk, { url: written ?? '', events: [] })
    expect(body.webhook).toMatchObject({ url, host: new URL(url ?? '').host })
  }
})

test('a changed, tested or replayed webhook needs sensible words', async () => {
  const desk = await newDesk(node())
  const { webhook } = (await createWebhook(desk, somewhere)).body
  const path = `${desk.path}/webhooks/${webhook.id}`
  const bad = [
    ['PATCH', path, {}],
    ['PATCH', path, { url: 'http://example.com' }],
    ['PATCH', path, { active: 'yes' }],
    ['PATCH', path, { problem: null }],
    ['POST', `${path}/test`, { type: 'agent.deleted' }],
    ['POST', `${path}/test`, {}],
    ['GET', `${path}/deliveries?status=lost`],
    ['GET', `${path}/deliveries?limit=101`],
  ] as const
  for (const [method, at, body] of bad) {
    expect((await desk.owner.call<Failure>(method, at, body)).body.code, `${method} ${at}`).toBe('invalid_input')
  }
  for (const at of [`${path}/deliveries/nothing/replay`, `${path}/deliveries/${webhook.id}/replay`]) {
    expect((await desk.owner.post(at)).status).toBe(404)
  }
  expect(await webhookOf(desk, webhook.id)).toEqual(webhook)
})

test('the test button sends a sample of each event, marked as one, also where it is off or not subscribed', async () => {
  const desk = await newDesk(node())
  const { webhook, secret } = (await createWebhook(desk, { url: receiver().url('/samples'), events: [] })).body
  await desk.owner.patch(`${desk.path}/webhooks/${webhook.id}`, { active: false })
  for (const type of webhookEvents) {
    const sent = await verifyInAgent(node(), desk.owner, desk, () =>
      desk.owner.post<Delivery>(`${desk.path}/webhooks/${webhook.id}/test`, { type }),
    )
    expect(sent).toMatchObject({ status: 201, body: { type, test: true, status: 'pending', attempts: 0 } })
    const all = await receiver().until('/samples', webhookEvents.indexOf(type) + 1)
    const got = all.at(-1) as (typeof all)[number]
    expect(got.headers['webhook-id']).toBe(sent.body.id)
    expect(verified(secret, got)).toMatchObject({ type, test: true, data: { workspaceId: desk.workspaceId, agentId: desk.agentId } }) // prettier-ignore
    expect(got.body).toBe(sent.body.payload)
  }
  await expect.poll(async () => (await deliveriesOf(desk, webhook.id, '?status=pending')).length).toBe(0)
  const deliveries = await deliveriesOf(desk, webhook.id)
  expect(deliveries.map(({ type }) => type)).toEqual([...webhookEvents].reverse())
  expect(new Set(deliveries.map(({ status, answerStatus }) => `${status} ${answerStatus}`))).toEqual(new Set(['delivered 204'])) // prettier-ignore
})

test('deliveries come in pages, the newest first, and by status', async () => {
  const desk = await newDesk(node())
  const { webhook } = (await createWebhook(desk, { url: receiver().url('/pages'), events: ['takeover.requested'] }))
    .body
  for (let n = 0; n < 5; n += 1) await takeover(node(), desk)
  await receiver().until('/pages', 5)
  const path = `${desk.path}/webhooks/${webhook.id}/deliveries`
  const pages: Delivery[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body }: { body: PageOf<Delivery> } = await desk.owner.get(`${path}?limit=2${cursor && `&cursor=${cursor}`}`)
    pages.push(...body.items)
    cursor = body.nextCursor
  }
  const sent = receiver().to('/pages').map(({ headers }) => headers['webhook-id']) // prettier-ignore
  expect(pages.map(({ id }) => id).sort()).toEqual([...sent].sort())
  expect([...pages.map(({ id }) => id)].sort().reverse()).toEqual(pages.map(({ id }) => id))
  await expect.poll(async () => (await deliveriesOf(desk, webhook.id, '?status=delivered')).length).toBe(5)
  expect(await deliveriesOf(desk, webhook.id, '?status=failed')).toEqual([])
})

test('two who change one webhook at once: both changes stand, and each is told', async () => {
  const { ada, edsger, workspace } = await newTeam(node())
  const agentId = (await ada.createAgent(workspace.id)).body.id
  const desk = { owner: ada, workspaceId: workspace.id, agentId, path: `/api/workspaces/${workspace.id}/agents/${agentId}` } // prettier-ignore
  const { webhook } = (await createWebhook(desk, somewhere)).body
  const path = `${desk.path}/webhooks/${webhook.id}`
  const answers = await Promise.all([ada.patch(path, { url: 'https://one.example/' }), edsger.patch(path, { active: false })]) // prettier-ignore
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(await webhookOf(desk, webhook.id)).toMatchObject({ url: 'https://one.example/', active: false })
  const at = answers.map(({ headers }) => headers.get('stream-position')).sort()
  expect(at).toEqual([2, 3].map((n) => `${streamOf('agent', agentId)}=${n}`))
})

test('delete webhook against change, rotate and test: whoever comes second finds nothing, and nothing is left', async () => {
  const desk = await newDesk(node())
  const outcomes = new Set<string>()
  for (let n = 0; n < 12; n += 1) {
    const { webhook } = (await createWebhook(desk, { url: receiver().url('/race'), events: ['takeover.requested'] })).body // prettier-ignore
    const path = `${desk.path}/webhooks/${webhook.id}`
    const acts = [
      () => desk.owner.patch(path, { active: false }),
      () => desk.owner.post(`${path}/rotate-secret`),
      () => desk.owner.post(`${path}/test`, { type: 'contact.created' }),
      () => takeover(node(), desk).then(() => ({ status: 204 })),
    ]
    const act = acts[n % acts.length] as (typeof acts)[number]
    const remove = () => desk.owner.delete(path)
    const answers = await Promise.all(n % 3 ? [act(), remove()] : [remove(), act()])
    for (const { status } of answers) expect([200, 201, 204, 404]).toContain(status)
    outcomes.add(answers.map(({ status }) => status).join())
    const left = await node().owner`select from webhook_deliveries where webhook_id = ${webhook.id}`
    expect(left).toHaveLength(0)
  }
  expect(outcomes.size).toBeGreaterThan(1)
})
