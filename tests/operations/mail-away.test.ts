import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ClusterNode, Topology } from '../faults/topology.ts'
import { newCaller, type Caller } from '../support/caller.ts'
import { figureOf } from '../support/figures.ts'
import { startMailPeer, tokenIn, type Received } from '../support/mail.ts'
import { useTopology } from '../support/topology.ts'

const soon = { timeout: 60_000, interval: 50 }
let topology: Topology
let node: ClusterNode
let ada: Caller

useTopology({ nodes: 1, durable: false }, async (started) => {
  topology = started
  node = topology.nodes[0] as ClusterNode
  ada = await newCaller(topology, node)
})

test('160 I16 SMTP down: the invitation stands at once, and the email follows when it is back', async () => {
  const email = newAddress()
  const before = await failures()
  node.proxies.smtp.refuse()
  expect((await ada.invite(node, email)).status).toBe(201)
  await expect.poll(failures, soon).toBeGreaterThan(before)
  expect(topology.mail.countTo(email)).toBe(0)
  expect(await pendingTo(email)).toHaveLength(1)
  node.proxies.smtp.pass()
  await topology.mail.next(email)
})

test.each(['refuses', 'drops'] as const)(
  '160 I16 SMTP that %s: sent again as the same email with the same link; only a resend makes another one',
  async (how) => {
    const { mail } = topology
    const email = newAddress()
    const before = await failures()
    mail.behave(how)
    const { body } = await ada.invite(node, email)
    await expect.poll(failures, soon).toBeGreaterThan(before)
    mail.behave('well')
    const kept = mail.countTo(email)
    await mail.next(email, kept)
    const sent = mail.received.filter(({ to }) => to === email)
    expect(new Set(sent.map(messageId)).size).toBe(1)
    expect(new Set(sent.map(tokenIn)).size).toBe(1)
    const count = sent.length
    await ada.call(node, `/api/workspaces/${ada.workspaceId}/invitations/${body.id}/resend`, { method: 'POST' })
    const fresh = await mail.next(email, count)
    expect(messageId(fresh)).not.toBe(messageId(sent[0] as Received))
    expect(tokenIn(fresh)).not.toBe(tokenIn(sent[0] as Received))
  },
)

test('160 SMTP that hangs holds up emails and nothing else: an invitation expires at its moment', async () => {
  const { owner } = topology.postgres
  const live = await ada.live(node)
  const email = newAddress()
  const { body } = await ada.invite(node, email)
  await topology.mail.next(email)
  await live.watch(ada.stream)
  node.proxies.smtp.blackHole()
  const waiting = Array.from({ length: 8 }, newAddress)
  for (const one of waiting) expect((await ada.invite(node, one)).status).toBe(201)
  await owner`update invitations set expires_at = now() where id = ${body.id}`
  await owner`select graphile_worker.reschedule_jobs(array_agg(id), run_at => now()) from graphile_worker.jobs where key = ${`expiry:${body.id}`} or key like ${`%${body.id}`}`
  await live.until(() => live.eventsOf(ada.stream).some(({ type, data }) => type === 'invitation.expired' && JSON.stringify(data).includes(body.id)))
  expect(waiting.filter((one) => topology.mail.countTo(one) > 0)).toEqual([])
  node.proxies.smtp.pass()
  for (const one of waiting) await topology.mail.next(one)
  live.close()
}) // prettier-ignore

test('emails go one after another by a connection that is kept; where it was ended meanwhile the next one goes by another', async () => {
  const { smtp } = node.proxies
  smtp.cut()
  const send = async () => {
    const email = newAddress()
    await ada.invite(node, email)
    await topology.mail.next(email)
    return email
  }
  for (const nth of [1, 2, 3, 4, 5]) {
    await send()
    expect([nth, smtp.connections()]).toEqual([nth, 1])
  }
  const before = await failures()
  smtp.cut()
  const last = await send()
  expect([topology.mail.countTo(last), smtp.connections(), (await failures()) - before]).toEqual([1, 1, 0])
})

test('160 an address that is refused for good blocks nobody else, and its invitation stands', async () => {
  const peer = await startMailPeer(({ to, keep }) => {
    if (to.startsWith('gone.')) throw new RefusedForGood()
    keep()
  })
  await node.terminate()
  await node.start({ SMTP_URL: peer.url })
  const gone = Array.from({ length: 6 }, () => `gone.${newAddress()}`)
  for (const email of gone) expect((await ada.invite(node, email)).status).toBe(201)
  await expect.poll(failures, soon).toBeGreaterThanOrEqual(gone.length)
  const others = Array.from({ length: 6 }, newAddress)
  for (const email of others) expect((await ada.invite(node, email)).status).toBe(201)
  for (const email of others) await peer.next(email)
  expect(peer.received.filter(({ to }) => to.startsWith('gone.'))).toEqual([])
  expect(await pendingTo(gone[0] ?? '')).toHaveLength(1)
  await node.terminate()
  await peer.stop()
  await node.start()
})

class RefusedForGood extends Error {
  readonly responseCode = 550
}

function newAddress(): string {
  return `${randomUUID()}@example.com`
}

function pendingTo(email: string) {
  return topology.postgres.owner`select id from invitations where email = ${email} and status = 'pending'`
}

function messageId({ headers }: Received): string | undefined {
  return headers.find((line) => /^message-id:/i.test(line))
}

async function failures(): Promise<number> {
  // the first failure makes the sample
  return (await figureOf(node, 'rollcall_jobs_failed_total{task="send-email"}')) || 0
}
