import { expect, test } from 'vitest'
import type { Delivery, WebhookEvent } from '#shared/protocol/agents/webhooks.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { cleanUp } from '#server/jobs/clean-up.ts'
import { coreOf } from '../support/desk.ts'
import { connectLive } from '../support/live.ts'
import { startOnSameDatabase, useNode } from '../support/node.ts'
import { createWebhook, deliveriesOf, failingFor, newDesk, passTime, takeover, tell, webhookOf, type Desk } from '../support/outside.ts' // prettier-ignore
import { join, newTeam, newUser } from '../support/people.ts'
import { reachable, startReceiver, status, verified, type Received } from '../support/receiver.ts'
import { useReceiver } from '../support/use-receiver.ts'
import { verifyCommand, verifyInAgent } from '../support/verify-command.ts'

const node = useNode({}, 1000, reachable)
const receiver = useReceiver()
const soon = { timeout: 20_000, interval: 20 }

test('what happens is told in its order, signed, one after another', async () => {
  const desk = await newDesk(node())
  const { id, secret } = await endpoint(desk, '/order')
  const asked = Array.from({ length: 12 }, () => crypto.randomUUID())
  for (const conversationId of asked) await tell(node(), desk, 'takeover.requested', { conversationId })
  const got = await receiver().until('/order', asked.length)
  expect(got.map((one) => verified(secret, one).data['conversationId'])).toEqual(asked)
  for (const one of got) {
    expect(one).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } })
    expect(Math.abs(Number(one.headers['webhook-timestamp']) - one.at / 1000)).toBeLessThan(5)
  }
  await expect.poll(() => statuses(desk, id), soon).toEqual(asked.map(() => 'delivered'))
  expect(await webhookOf(desk, id)).toMatchObject({ failingSince: null, active: true, problem: null })
})

test('an endpoint that is off, or not switched on for it, is told nothing; one that is switched on again gets what waited', async () => {
  const desk = await newDesk(node())
  const [on, off, other] = [await endpoint(desk, '/on'), await endpoint(desk, '/off'), await endpoint(desk, '/other', ['contact.created'])] // prettier-ignore
  receiver().answer('/off', status(503))
  await takeover(node(), desk)
  await receiver().until('/off', 1)
  await desk.owner.patch(`${desk.path}/webhooks/${off.id}`, { active: false })
  await takeover(node(), desk)
  await receiver().until('/on', 2)
  expect(await statuses(desk, off.id)).toEqual(['pending'])
  expect(await statuses(desk, other.id)).toEqual([])
  receiver().answer('/off', status(200))
  await desk.owner.patch(`${desk.path}/webhooks/${off.id}`, { active: true })
  await expect.poll(() => statuses(desk, off.id), soon).toEqual(['delivered'])
  expect(receiver().to('/off')).toHaveLength(2)
  expect(on.id).not.toBe(off.id)
})

test('what failed holds up those behind it for three attempts, then they go on without it', async () => {
  const desk = await newDesk(node())
  const { id } = await endpoint(desk, '/holding')
  const first: string[] = []
  receiver().answer('/holding', (response) => {
    const got = receiver().to('/holding').at(-1) as Received
    first.push(idOf(got))
    status(idOf(got) === first[0] ? 500 : 200)(response, 0)
  })
  for (let n = 0; n < 3; n += 1) await takeover(node(), desk)
  for (const attempts of [1, 2]) {
    await expect.poll(async () => (await oldest(desk, id)).attempts, soon).toBe(attempts)
    expect(await statuses(desk, id)).toEqual(['pending', 'pending', 'pending'])
    expect((await oldest(desk, id)).answerStatus).toBe(500)
    expect((await webhookOf(desk, id)).failingSince).not.toBeNull()
    await passTime(node(), id)
  }
  await expect.poll(() => statuses(desk, id), soon).toEqual(['delivered', 'delivered', 'pending'])
  expect(await oldest(desk, id)).toMatchObject({ attempts: 3, status: 'pending', answerStatus: 500 })
  expect(new Set(receiver().to('/holding').slice(0, 3).map(idOf)).size).toBe(1) // prettier-ignore
  // it is tried on a schedule of its own, and its repetition is known by its id
  receiver().answer('/holding', status(202))
  await passTime(node(), id)
  await expect.poll(() => statuses(desk, id), soon).toEqual(['delivered', 'delivered', 'delivered'])
  expect(await oldest(desk, id)).toMatchObject({ attempts: 4, answerStatus: 202, nextAttemptAt: null })
  expect(receiver().to('/holding')).toHaveLength(6)
})

test('what is not taken is tried for about a day with growing pauses, and then given up', async () => {
  const desk = await newDesk(node())
  const { id } = await endpoint(desk, '/never')
  receiver().answer('/never', status(503))
  await takeover(node(), desk)
  const pauses: number[] = []
  for (let attempts = 1; attempts <= 10; attempts += 1) {
    await expect.poll(async () => (await oldest(desk, id)).attempts, soon).toBe(attempts)
    const { lastAttemptAt, nextAttemptAt } = await oldest(desk, id)
    pauses.push((Date.parse(nextAttemptAt ?? '') - Date.parse(lastAttemptAt ?? '')) / 1000)
    await passTime(node(), id)
  }
  await expect.poll(async () => (await oldest(desk, id)).status, soon).toBe('failed')
  expect(await oldest(desk, id)).toMatchObject({ attempts: 11, nextAttemptAt: null, answerStatus: 503 })
  const expected = [5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800]
  for (const [nth, pause] of pauses.entries()) {
    expect(pause / (expected[nth] ?? 0)).toBeGreaterThanOrEqual(0.9)
    expect(pause / (expected[nth] ?? 0)).toBeLessThanOrEqual(1.1)
  }
  // it failed for minutes by the database's clock, not for a day: it stays on
  expect(await webhookOf(desk, id)).toMatchObject({ active: true, problem: null })
})

test('S3 an endpoint that takes nothing for a day is switched off by itself, and Owner and Admins are told', async () => {
  const { ada, grace, edsger, workspace } = await newTeam(node())
  const agentId = (await ada.createAgent(workspace.id, 'shop.example.com')).body.id
  const desk = { owner: edsger, workspaceId: workspace.id, agentId, path: `/api/workspaces/${workspace.id}/agents/${agentId}` } // prettier-ignore
  const { id } = await endpoint(desk, '/a-day')
  receiver().answer('/a-day', status(500))
  await takeover(node(), desk)
  for (let attempts = 1; attempts <= 10; attempts += 1) {
    await expect.poll(async () => (await oldest(desk, id)).attempts, soon).toBe(attempts)
    if (attempts < 10) await passTime(node(), id)
  }
  await takeover(node(), desk)
  await expect.poll(async () => (await deliveriesOf(desk, id))[0]?.attempts, soon).toBe(1)
  await failingFor(node(), id, 24)
  const live = await connectLive(node(), ada)
  await live.watch(streamOf('workspace', workspace.id))
  await verifyInAgent(node(), ada, desk, () =>
    verifyCommand(node(), ada, workspace.id, [], async () => {
      await node().owner`
        update webhook_deliveries set next_attempt_at = 'infinity' where webhook_id = ${id} and attempts = 1`
      await passTimeOf(id, 10)
      await expect.poll(async () => (await webhookOf(desk, id)).active, soon).toBe(false)
    }),
  )
  expect(await webhookOf(desk, id)).toMatchObject({ problem: 'It has not taken anything for a day. The last attempt: It answered 500.' }) // prettier-ignore
  expect((await oldest(desk, id)).status).toBe('failed')
  await live.until(() => live.eventsOf(streamOf('workspace', workspace.id)).length > 0)
  const [event] = live.eventsOf(streamOf('workspace', workspace.id))
  const host = `localhost:${receiver().port}`
  expect(event).toMatchObject({ type: 'agent.webhook_disabled', actor: null, data: { agentId, agentName: 'shop.example.com', host } }) // prettier-ignore
  live.close()
  for (const person of [ada, grace]) {
    const mails = async () => node().mail.received.filter(({ to, subject }) => to === person.email && subject.includes('switched off')) // prettier-ignore
    await expect.poll(async () => (await mails()).length, soon).toBe(1)
    const [mail] = await mails()
    expect(mail?.text).toContain(`${node().url}/w/${workspace.handle}/agents/${agentId}/webhooks/${id}`)
    expect(mail?.text).toContain('It answered 500.')
    // names cannot become links
    expect(mail?.text + (mail?.html ?? '')).not.toContain('shop.example.com')
  }
  expect(node().mail.received.filter(({ subject }) => subject.includes('switched off'))).toHaveLength(2)
  // switched on again it begins anew
  receiver().answer('/a-day', status(200))
  const again = await verifyInAgent(node(), ada, desk, () => edsger.patch(`${desk.path}/webhooks/${id}`, { active: true })) // prettier-ignore
  expect(again.body).toMatchObject({ active: true, problem: null, failingSince: null })
  await expect.poll(() => statuses(desk, id), soon).toEqual(['delivered', 'failed'])
})

test('410 Gone switches an endpoint off at once, and what was queued behind it stays', async () => {
  const desk = await newDesk(node())
  const { id } = await endpoint(desk, '/gone')
  receiver().answer('/gone', status(410))
  await Promise.all([takeover(node(), desk), takeover(node(), desk)])
  await expect.poll(async () => (await webhookOf(desk, id)).active, soon).toBe(false)
  expect(await webhookOf(desk, id)).toMatchObject({ problem: 'It answered 410 Gone: there is nobody any more who wants to be told.' }) // prettier-ignore
  const all = await deliveriesOf(desk, id)
  expect(all.filter(({ status: is }) => is === 'failed')).toMatchObject([{ attempts: 1, answerStatus: 410 }])
  expect(receiver().to('/gone')).toHaveLength(1)
})

test('a switch-off that was decided for another address does not happen', async () => {
  const desk = await newDesk(node())
  const { id } = await endpoint(desk, '/moving')
  const moved = receiver().url('/moved')
  receiver().answer('/moving', (response) => {
    void desk.owner.patch(`${desk.path}/webhooks/${id}`, { url: moved }).then(() => response.writeHead(410).end())
  })
  await takeover(node(), desk)
  await expect.poll(() => statuses(desk, id), soon).toEqual(['failed'])
  await takeover(node(), desk)
  await receiver().until('/moved', 1)
  expect(await webhookOf(desk, id)).toMatchObject({ active: true, problem: null, url: moved })
})

test('a replay goes out again with its id, behind what waits; a test that failed is not tried again by itself', async () => {
  const desk = await newDesk(node())
  const { id, secret } = await endpoint(desk, '/replay')
  receiver().answer('/replay', (response, nth) => status(nth === 2 ? 500 : 204)(response, nth))
  await takeover(node(), desk)
  const [first] = await receiver().until('/replay', 1)
  await expect.poll(() => statuses(desk, id), soon).toEqual(['delivered'])
  const test = await desk.owner.post<Delivery>(`${desk.path}/webhooks/${id}/test`, { type: 'member.removed' })
  await receiver().until('/replay', 2)
  await expect.poll(async () => (await deliveriesOf(desk, id, '?status=failed')).length, soon).toBe(1)
  expect(await webhookOf(desk, id)).toMatchObject({ failingSince: null })
  for (const delivery of [await oldest(desk, id), test.body]) {
    const before = receiver().to('/replay').length
    const replayed = await verifyInAgent(node(), desk.owner, desk, () =>
      desk.owner.post<Delivery>(`${desk.path}/webhooks/${id}/deliveries/${delivery.id}/replay`),
    )
    expect(replayed).toMatchObject({ status: 201, body: { id: delivery.id, status: 'pending', attempts: 0, lastAttemptAt: null } }) // prettier-ignore
    const all = await receiver().until('/replay', before + 1)
    expect(idOf(all.at(-1) as Received)).toBe(delivery.id)
    await expect.poll(async () => (await deliveriesOf(desk, id, '?status=pending')).length, soon).toBe(0)
  }
  const again = receiver().to('/replay')[2] as Received
  expect(again.body).toBe(first?.body)
  expect(verified(secret, again)).toEqual(verified(secret, first as Received))
})

test('a repeated replay with one Idempotency-Key sends it once', async () => {
  const desk = await newDesk(node())
  const { id } = await endpoint(desk, '/once')
  await takeover(node(), desk)
  await expect.poll(() => statuses(desk, id), soon).toEqual(['delivered'])
  const { id: deliveryId } = await oldest(desk, id)
  const ask = () => desk.owner.post<Delivery>(`${desk.path}/webhooks/${id}/deliveries/${deliveryId}/replay`, undefined, { 'Idempotency-Key': 'again' }) // prettier-ignore
  const answers = [await ask(), await ask(), await ask()]
  for (const { status: code, body } of answers) expect({ code, body }).toEqual({ code: 201, body: answers[0]?.body })
  const key = { 'Idempotency-Key': 'tested' }
  const sent = [1, 2].map(() => desk.owner.post<Delivery>(`${desk.path}/webhooks/${id}/test`, { type: 'contact.created' }, key)) // prettier-ignore
  expect(new Set((await Promise.all(sent)).map(({ body }) => body.id)).size).toBe(1)
  await receiver().until('/once', 3)
  await expect.poll(() => statuses(desk, id), soon).toEqual(['delivered', 'delivered'])
  expect(receiver().to('/once')).toHaveLength(3)
})

test('while a secret is rotated both sign, and after a day the new one alone', async () => {
  const desk = await newDesk(node())
  const { id, secret } = await endpoint(desk, '/rotation')
  const { body } = await desk.owner.post<{ secret: string }>(`${desk.path}/webhooks/${id}/rotate-secret`)
  expect(body.secret).not.toBe(secret)
  await takeover(node(), desk)
  const [one] = await receiver().until('/rotation', 1)
  for (const known of [secret, body.secret]) expect(verified(known, one as Received).type).toBe('takeover.requested')
  await node().owner`update webhooks set former_secret_until = now() where id = ${id}`
  await takeover(node(), desk)
  const [, two] = await receiver().until('/rotation', 2)
  expect(verified(body.secret, two as Received).type).toBe('takeover.requested')
  expect(() => verified(secret, two as Received)).toThrow('No matching signature')
  await cleanUp(coreOf(node()))
  const [row] = await node().owner`select former_sealed_secret from webhooks where id = ${id}`
  expect(row).toEqual({ formerSealedSecret: null })
})

test('an endpoint that is deleted while it is delivered to gets nothing more, and nothing of it is left', async () => {
  const desk = await newDesk(node())
  const { id } = await endpoint(desk, '/deleted')
  receiver().answer('/deleted', (response) => {
    void desk.owner.delete(`${desk.path}/webhooks/${id}`).then(() => response.writeHead(500).end())
  })
  await Promise.all([takeover(node(), desk), takeover(node(), desk)])
  const left = () => node().owner`
    select d.id::text from webhook_deliveries d where d.webhook_id = ${id}
    union all select key from graphile_worker.jobs where key = ${`webhook:${id}`}`
  await receiver().until('/deleted', 1)
  await expect.poll(async () => (await left()).length, soon).toBe(0)
  expect(receiver().to('/deleted')).toHaveLength(1)
})

test('an agent that is deleted while it delivers takes all of it along', async () => {
  const desk = await newDesk(node())
  const { id } = await endpoint(desk, '/agent')
  receiver().answer('/agent', (response) => {
    void desk.owner.delete(desk.path).then(() => response.writeHead(204).end())
  })
  await takeover(node(), desk)
  await receiver().until('/agent', 1)
  await expect.poll(async () => (await desk.owner.get(desk.path)).status, soon).toBe(404)
  expect(await node().owner`select from webhooks where id = ${id}`).toHaveLength(0)
})

test('two nodes never deliver to one endpoint at the same time, and nothing is lost or repeated', async () => {
  const desk = await newDesk(node())
  const { id } = await endpoint(desk, '/two-nodes')
  let underWay = 0
  let most = 0
  receiver().answer('/two-nodes', (response) => {
    most = Math.max(most, (underWay += 1))
    setImmediate(() => {
      underWay -= 1
      response.writeHead(204).end()
    })
  })
  const other = await startOnSameDatabase(node(), {}, reachable)
  const count = 60
  for (let n = 0; n < count / 6; n += 1) await Promise.all(Array.from({ length: 6 }, () => takeover(n % 2 ? node() : other.node, desk))) // prettier-ignore
  await expect.poll(async () => (await deliveriesOf(desk, id, '?limit=100')).filter(({ status: is }) => is === 'delivered').length, soon).toBe(count) // prettier-ignore
  await other.end()
  expect(most).toBe(1)
  const got = receiver().to('/two-nodes').map(idOf) // prettier-ignore
  expect(got).toHaveLength(count)
  expect(new Set(got).size).toBe(count)
  const places = await node().owner<{ id: string }[]>`
    select id from webhook_deliveries where webhook_id = ${id} order by place`
  expect(got).toEqual(places.map((row) => row.id))
})

test('an endpoint that is away for a while gets everything once it is back, in its order', async () => {
  const desk = await newDesk(node())
  const away = await startReceiver()
  const { port } = away
  await away.stop()
  const { body } = await createWebhook(desk, { url: `https://localhost:${port}/back`, events: ['takeover.requested'] })
  const { id } = body.webhook
  for (let n = 0; n < 4; n += 1) await takeover(node(), desk)
  await expect.poll(async () => (await oldest(desk, id)).attempts, soon).toBe(1)
  expect(await oldest(desk, id)).toMatchObject({ answerStatus: null, answerProblem: 'It refused the connection.' })
  const back = await startReceiver({ port })
  await passTime(node(), id)
  await back.until('/back', 4)
  await expect.poll(() => statuses(desk, id), soon).toEqual(['delivered', 'delivered', 'delivered', 'delivered'])
  const places = await node().owner<{ id: string }[]>`
    select id from webhook_deliveries where webhook_id = ${id} order by place`
  expect(back.to('/back').map(idOf)).toEqual(places.map((row) => row.id))
  await back.stop()
})

test('another address is tried at once, and change against deliver loses nothing', async () => {
  const desk = await newDesk(node())
  const { id } = await endpoint(desk, '/old')
  receiver().answer('/old', status(500))
  await takeover(node(), desk)
  await receiver().until('/old', 1)
  for (let n = 0; n < 8; n += 1) {
    const where = receiver().url(n % 2 ? '/new-a' : '/new-b')
    await Promise.all([takeover(node(), desk), desk.owner.patch(`${desk.path}/webhooks/${id}`, { url: where })])
  }
  await expect.poll(() => statuses(desk, id), soon).toEqual(Array.from({ length: 9 }, () => 'delivered'))
  const got = [...receiver().to('/new-a'), ...receiver().to('/new-b')].map(idOf)
  expect(new Set(got).size).toBe(9)
})

test('of the workspace and of the account every agent’s endpoints are told', async () => {
  const ada = await newUser(node())
  await ada.setAddonSeats(1)
  const places = await Promise.all(['Acme', 'Other'].map(async (name) => (await ada.createWorkspace(name)).id))
  const desks = await Promise.all(
    places.map(async (workspaceId) => {
      const agentId = (await ada.createAgent(workspaceId)).body.id
      return { owner: ada, workspaceId, agentId, path: `/api/workspaces/${workspaceId}/agents/${agentId}` }
    }),
  )
  const events: WebhookEvent[] = ['member.joined', 'invitation.accepted', 'member.removed', 'seats.exhausted']
  const [one, two] = desks as [Desk, Desk]
  await endpoint(one, '/acme', events)
  await endpoint(two, '/other', events)
  const grace = await newUser(node(), 'Grace')
  const memberId = await join(ada, one.workspaceId, grace, 'editor')
  await ada.delete(`/api/workspaces/${one.workspaceId}/members/${memberId}`)
  const types = (where: string) => receiver().to(where).map(({ body }) => (JSON.parse(body) as { type: string }).type) // prettier-ignore
  await receiver().until('/acme', 4)
  await receiver().until('/other', 1)
  expect(types('/acme').sort()).toEqual([...events].sort())
  expect(types('/other')).toEqual(['seats.exhausted'])
  const [told] = receiver().to('/other')
  expect(JSON.parse(told?.body ?? '')).toMatchObject({ data: { workspaceId: two.workspaceId, agentId: two.agentId, used: 1, limit: 1 } }) // prettier-ignore
})

test('deliveries are forgotten after 30 days, but not what was just sent again', async () => {
  const desk = await newDesk(node())
  const { id } = await endpoint(desk, '/old-ones')
  for (let n = 0; n < 4; n += 1) await takeover(node(), desk)
  await expect.poll(() => statuses(desk, id), soon).toEqual(['delivered', 'delivered', 'delivered', 'delivered'])
  const [, , replayed, old] = await deliveriesOf(desk, id)
  const past = [replayed?.id ?? '', old?.id ?? '']
  await node().owner`
    update webhook_deliveries set created_at = now() - interval '31 days', last_attempt_at = now() - interval '31 days'
    where id = any(${past})`
  await desk.owner.post(`${desk.path}/webhooks/${id}/deliveries/${replayed?.id}/replay`)
  await receiver().until('/old-ones', 5)
  await expect.poll(async () => (await deliveriesOf(desk, id, '?status=pending')).length, soon).toBe(0)
  await cleanUp(coreOf(node()))
  const left = (await deliveriesOf(desk, id)).map((delivery) => delivery.id)
  expect(left).toHaveLength(3)
  expect(left).not.toContain(old?.id)
})

async function endpoint(desk: Desk, where: string, events: WebhookEvent[] = ['takeover.requested']) {
  const { body } = await createWebhook(desk, { url: receiver().url(where), events })
  return { id: body.webhook.id, secret: body.secret }
}

/** The newest first. */
async function statuses(desk: Desk, webhookId: string): Promise<string[]> {
  return (await deliveriesOf(desk, webhookId, '?limit=100')).map((delivery) => delivery.status)
}

async function oldest(desk: Desk, webhookId: string): Promise<Delivery> {
  return (await deliveriesOf(desk, webhookId, '?limit=100')).at(-1) as Delivery
}

function idOf({ headers }: Received): string {
  return String(headers['webhook-id'])
}

/** Makes those due that were tried so often. */
async function passTimeOf(webhookId: string, attempts: number): Promise<void> {
  const { owner } = node()
  await owner`update webhook_deliveries set next_attempt_at = now() where webhook_id = ${webhookId} and attempts = ${attempts}` // prettier-ignore
  await owner`update webhooks set held_until = null where id = ${webhookId}`
  await owner`select wake_webhook(workspace_id, agent_id, id, clock_timestamp()) from webhooks where id = ${webhookId}`
}
