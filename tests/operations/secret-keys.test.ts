import { expect, test } from 'vitest'
import { startOnSameDatabase, useNode, type TestNode } from '../support/node.ts'
import { createIntegration, createWebhook, deliveriesOf, newDesk, passTime, takeover, type Desk } from '../support/outside.ts' // prettier-ignore
import { tokenIn } from '../support/mail.ts'
import { newPerson, newUser, password } from '../support/people.ts'
import { reachable, verified, type Received } from '../support/receiver.ts'
import { useReceiver } from '../support/use-receiver.ts'
import { useProgram } from '../support/program.ts'
import { createSeal } from '#server/secrets/seal.ts'

const [a, b, c] = ['key a, at least thirty-two letters', 'key b, at least thirty-two letters', 'key c, at least thirty-two letters'] // prettier-ignore
const node = useNode({ secretKey: a }, 1000, reachable)
const receiver = useReceiver()
const { folder, start } = useProgram()
const soon = { timeout: 20_000, interval: 20 }

test('a key is replaced: everything opens meanwhile, is sealed with the new one, and then the old one can go', async () => {
  const desk = await newDesk(node())
  const { webhook, secret } = (await createWebhook(desk, { url: receiver().url('/keys'), events: ['takeover.requested'] })).body // prettier-ignore
  const rotated = (await desk.owner.post<{ secret: string }>(`${desk.path}/webhooks/${webhook.id}/rotate-secret`)).body
  await createIntegration(desk, { kind: 'email', name: 'Team', to: 'team@example.com' })
  await expectSealedWith(a, 3)
  await deliverOnce(node(), desk, [secret, rotated.secret])
  await node().stop()

  const first = await startOnSameDatabase(node(), { secretKey: b, previousSecretKeys: [a] }, reachable)
  await expect.poll(sealedWith(b), soon).toBe(3)
  await deliverOnce(first.node, await at(first.node, desk), [secret, rotated.secret])
  await first.end()

  const second = await startOnSameDatabase(node(), { secretKey: b }, reachable)
  const there = await at(second.node, desk)
  await deliverOnce(second.node, there, [secret, rotated.secret])
  const integrations = (await there.owner.get<{ items: { id: string }[] }>(`${desk.path}/integrations`)).body.items
  const tested = await there.owner.post(`${desk.path}/integrations/${integrations[0]?.id}/test`)
  expect(tested.status).toBe(204)
  expect((await node().mail.next('team@example.com')).subject).toBe('Test: new conversations with Front desk')
  await second.end()

  // the wrong key: what is to be delivered waits, and the node goes on
  const wrong = await startOnSameDatabase(node(), { secretKey: c }, reachable)
  const here = await at(wrong.node, desk)
  await takeover(wrong.node, here)
  const [waiting] = await node().owner<{ id: string }[]>`
    select id from webhook_deliveries where webhook_id = ${webhook.id} and status = 'pending'`
  const held = () => node().owner`select from webhooks where id = ${webhook.id} and held_until > now()`
  await expect.poll(async () => (await held()).length, soon).toBe(1)
  expect((await deliveriesOf(here, webhook.id)).find(({ id }) => id === waiting?.id)).toMatchObject({ status: 'pending', attempts: 0 }) // prettier-ignore
  expect((await here.owner.get('/api/me')).status).toBe(200)
  await expectSealedWith(b, 3)
  await wrong.end()
  const right = await startOnSameDatabase(node(), { secretKey: b }, reachable)
  await passTime(node(), webhook.id)
  const got = await receiver().until('/keys', 4)
  expect(got.at(-1)?.headers['webhook-id']).toBe(waiting?.id)
  await right.end()
})

test('two nodes that seal anew at the same time, and a rotation among them, do no harm', async () => {
  const before = await startOnSameDatabase(node(), { secretKey: b, previousSecretKeys: [a] }, reachable)
  const desk = await newDesk(before.node)
  const made = await Promise.all(
    Array.from({ length: 12 }, (_, n) => createWebhook(desk, { url: receiver().url(`/racing/${n}`), events: [] })),
  )
  await before.end()
  const nodes = await Promise.all(
    [1, 2].map(() => startOnSameDatabase(node(), { secretKey: c, previousSecretKeys: [b, a] }, reachable)),
  )
  const [one] = nodes as [(typeof nodes)[number]]
  const there = await at(one.node, desk)
  const rotated = await Promise.all(
    made.map(({ body }) => there.owner.post<{ secret: string }>(`${desk.path}/webhooks/${body.webhook.id}/rotate-secret`)), // prettier-ignore
  )
  const mark = createSeal(c).mark
  const others = () => node().owner`
    select from webhooks where not starts_with(sealed_secret, ${mark}) or not starts_with(former_sealed_secret, ${mark})`
  await expect.poll(async () => (await others()).length, soon).toBe(0)
  for (const [n, { body }] of made.entries()) {
    await there.owner.post(`${desk.path}/webhooks/${body.webhook.id}/test`, { type: 'contact.created' })
    const [got] = (await receiver().until(`/racing/${n}`, 1)) as [Received]
    for (const secret of [body.secret, rotated[n]?.body.secret ?? '']) expect(verified(secret, got).type).toBe('contact.created') // prettier-ignore
  }
  for (const { end } of nodes) await end()
})

test('a sealed secret that is moved to another row does not open there', async () => {
  const one = await startOnSameDatabase(node(), { secretKey: c, previousSecretKeys: [b, a] }, reachable)
  const desk = await newDesk(one.node)
  const [mine, theirs] = await Promise.all(
    ['/mine', '/theirs'].map(async (where) => (await createWebhook(desk, { url: receiver().url(where), events: ['takeover.requested'] })).body), // prettier-ignore
  )
  await node().owner`
    update webhooks set sealed_secret = (select sealed_secret from webhooks where id = ${theirs?.webhook.id ?? ''})
    where id = ${mine?.webhook.id ?? ''}`
  await takeover(one.node, desk)
  await receiver().until('/theirs', 1)
  const held = () => node().owner`select from webhooks where id = ${mine?.webhook.id ?? ''} and held_until > now()`
  await expect.poll(async () => (await held()).length, soon).toBe(1)
  expect(receiver().to('/mine')).toEqual([])
  await one.end()
})

test('a key that does not fit is said in the log, without anything of a secret', async () => {
  const one = await startOnSameDatabase(node(), { secretKey: c, previousSecretKeys: [b, a] }, reachable)
  const desk = await newDesk(one.node)
  const { webhook, secret } = (await createWebhook(desk, { url: 'https://hooks.example.com/path', events: ['takeover.requested'] })).body // prettier-ignore
  await one.end()
  const settings = { DATABASE_URL: node().databaseUrl, SECRET_KEY: 'another key, of at least 32 letters', DATA_DIR: await folder() } // prettier-ignore
  const program = start(settings)
  const there = await at({ port: await program.port() } as TestNode, desk)
  await there.owner.post(`${desk.path}/webhooks/${webhook.id}/test`, { type: 'contact.created' })
  const lines = () => program.complaints.join('\n')
  await expect.poll(lines, soon).toMatch(/a webhook’s secret cannot be opened with SECRET_KEY; its deliveries wait/)
  expect(lines()).toContain('secrets cannot be opened: a key is missing in SECRET_KEY_PREVIOUS')
  expect(lines()).toContain(webhook.id)
  for (const word of [secret.slice(6), 'hooks.example.com', 'another key']) expect(lines()).not.toContain(word)
})

test('an invitation that waited with a key of before is sent', async () => {
  const one = await startOnSameDatabase(node(), { secretKey: a, smtpUrl: 'smtp://127.0.0.1:9' })
  const ada = await newUser(one.node)
  const { id } = await ada.createWorkspace()
  await ada.setAddonSeats(1)
  await ada.invite(id, 'late@example.com')
  await one.end()
  await node()
    .owner`update graphile_worker._private_jobs set run_at = now(), attempts = 0, locked_at = null, locked_by = null`
  const two = await startOnSameDatabase(node(), { secretKey: c, previousSecretKeys: [b, a] })
  expect(tokenIn(await node().mail.next('late@example.com'))).toMatch(/^[\w-]{43}$/)
  await two.end()
})

async function deliverOnce(there: TestNode, desk: Desk, secrets: string[]): Promise<void> {
  const before = receiver().to('/keys').length
  await takeover(there, desk)
  const got = (await receiver().until('/keys', before + 1)).at(-1) as Received
  for (const secret of secrets) expect(verified(secret, got).type).toBe('takeover.requested')
  await expect.poll(async () => (await pending()).length, soon).toBe(0)
}

function pending() {
  return node().owner`select from webhook_deliveries where status = 'pending'`
}

function sealedWith(key: string) {
  const { mark } = createSeal(key)
  return async () => {
    const rows = await node().owner`
      select sealed from (
        select sealed_secret as sealed from webhooks union all select former_sealed_secret from webhooks
        union all select sealed_target from integrations
      ) as all_of_them
      where starts_with(sealed, ${mark})`
    return rows.length
  }
}

async function expectSealedWith(key: string, count: number): Promise<void> {
  expect(await sealedWith(key)()).toBe(count)
}

/** The same desk, whose owner goes to another node. */
async function at(there: TestNode, desk: Desk): Promise<Desk> {
  const owner = newPerson(there, desk.owner.name)
  await owner.call('POST', '/api/auth/sign-in', { email: desk.owner.email, password })
  return { ...desk, owner }
}
