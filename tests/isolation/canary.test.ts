import { expect, test } from 'vitest'
import type { Workspace } from '#shared/protocol/resources.ts'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import { connectLive, type Live } from '../support/live.ts'
import { tokenIn } from '../support/mail.ts'
import { useNode } from '../support/node.ts'
import { join, newPerson, newUser, type Person } from '../support/people.ts'

const node = useNode()

/** What must not be heard by anybody but these: names and ids that stand nowhere else. */
type Secret = { text: string; known: Person[] }
type Listener = { person: Person; live: Live; heard: string[] }
type Tenant = Awaited<ReturnType<typeof arrange>>

test(
  '64 I6 no name, address, handle or id of a workspace is ever heard by anybody outside it',
  { timeout: 120_000 },
  async () => {
    const tenants = await Promise.all(['A', 'B', 'C'].map(arrange))
    const stranger = await newUser(node(), canary('stranger'))
    const everybody = [...tenants.flatMap(({ people }) => people), stranger]
    const listeners = await Promise.all(everybody.map(listen))
    const streams = tenants.flatMap(streamsOf)
    for (const listener of listeners) await watchAll(listener, [...streams, ...everybody.map(ownStream)])

    await Promise.all(tenants.map(live))
    const workspaces = tenants.flatMap(({ x, y }) => [x, y])
    await Promise.all(everybody.map((person) => tryEverything(person, tenants)))
    for (const listener of listeners) await watchAll(listener, streams)

    const secrets = tenants.flatMap(secretsOf)
    for (const { person, live, heard } of listeners) {
      const all = [...person.heard, ...heard].join('\n')
      const leaked = secrets.filter(({ text, known }) => !known.includes(person) && all.includes(text))
      expect({ person: person.name, leaked: leaked.map(({ text }) => text) }).toEqual({
        person: person.name,
        leaked: [],
      })
      live.close()
    }
    expectNotVacuous(secrets, listeners, workspaces)
    for (const { to, subject, text, html } of node().mail.received) {
      const addressee = everybody.find(({ email }) => email === to)
      const leaked = secrets.filter(
        (one) => addressee && !one.known.includes(addressee) && [subject, text, html].join().includes(one.text),
      )
      expect({ to, leaked: leaked.map((one) => one.text) }).toEqual({ to, leaked: [] })
    }
  },
)

/** An Owner with two workspaces, an Admin and somebody to be removed in X, a Viewer in Y, and somebody who waits for X. */
async function arrange(tenant: string) {
  const [owner, admin, gone, viewer, waiter] = (await Promise.all(
    ['owner', 'admin', 'gone', 'viewer', 'waiter'].map((role) => newUser(node(), canary(role + tenant))),
  )) as [Person, Person, Person, Person, Person]
  await owner.setAddonSeats(4)
  const x = await owner.createWorkspace(canary(`x${tenant}`))
  const y = await owner.createWorkspace(canary(`y${tenant}`))
  await join(owner, x.id, admin, 'admin')
  const goneId = await join(owner, x.id, gone, 'editor')
  await join(owner, y.id, viewer, 'viewer')
  const { body: agent } = await owner.createAgent(x.id, `${x.name} agent`)
  const words = { inside: canary(`inside${tenant}`), late: canary(`late${tenant}`) }
  return { tenant, owner, admin, gone, goneId, viewer, waiter, x, y, agent, ...words, people: [owner, admin, gone, viewer, waiter], ids: [agent.id], innerIds: [] as string[], lateIds: [] as string[] } // prettier-ignore
}

/** Every command that there is, in both workspaces; what happens after the removal carries names of its own. */
async function live({
  owner,
  admin,
  gone,
  goneId,
  viewer,
  waiter,
  x,
  y,
  agent,
  inside,
  late,
  ids,
  innerIds,
  lateIds,
}: Tenant): Promise<void> {
  const inX = `/api/workspaces/${x.id}`
  const inY = `/api/workspaces/${y.id}`
  const held = await owner.invite(x.id, `${canary('held')}.${x.handle}@example.com`)
  const waits = await admin.inviteByMail(x.id, waiter.email, 'editor')
  ids.push(held.body.id, waits.invitation.id)
  expect((await waiter.accept(waits.token)).status).toBe(409)
  await gone.patch(`${inX}/membership`, { displayName: `${gone.name} here` })
  await admin.patch(`${inX}/invitations/${held.body.id}`, { role: 'viewer' })
  await owner.post(`${inX}/invitations/${held.body.id}/resend`)
  await viewer.patch(`${inY}/membership`, { displayName: `${viewer.name} there` })
  await owner.patch(inY, { name: `${y.name} again`, handle: `${y.handle}-again` })
  await owner.patch(`${inX}/members/${goneId}`, { role: 'viewer' })
  const inAgent = `${inX}/agents/${agent.id}`
  await gone.patch(inAgent, { greeting: `Welcome to ${x.name}` })
  innerIds.push(...(await fill(admin, inAgent, inside)))

  await owner.delete(`${inX}/members/${goneId}`)
  await owner.patch(inX, { name: late, handle: late })
  await admin.patch(`${inX}/membership`, { displayName: `${late} admin` })
  const declined = await owner.inviteByMail(x.id, `declined.${late}@example.com`)
  await newPerson(node()).post('/api/invitations/decline', { token: declined.token })
  await owner.delete(`${inX}/invitations/${held.body.id}`)
  await owner.post(`${inX}/invitations/batch`, {
    invitations: [{ email: `batch.${late}@example.com`, role: 'viewer' }],
  })
  await owner.setPlan('standard_ai')
  await owner.setAddonSeats(1)
  const lateAgent = await owner.createAgent(x.id, `${late} agent`)
  await admin.patch(inAgent, { greeting: `${late} hello` })
  lateIds.push(...(await fill(admin, inAgent, late)))
  await owner.delete(`${inX}/agents/${lateAgent.body.id}`)
  const doomed = await owner.createWorkspace(`${late} doomed`)
  await owner.delete(`/api/workspaces/${doomed.id}`)
  const token = tokenIn(await node().mail.next(waiter.email))
  await Promise.all([gone, viewer].map((wrong) => wrong.accept(token)))
}

/** One of everything that an agent has, each with this word in it. Answers their ids. */
async function fill(admin: Person, inAgent: string, word: string): Promise<string[]> {
  const email = `${word}@example.com`
  const areas = [
    ['resources', { kind: 'text', title: `About ${word}`, content: `All of ${word}.` }],
    ['contacts', { name: word, email }],
    ['conversations', { text: `${word} asks` }],
    ['webhooks', { url: `https://${word}.example.com/hook`, events: [] }],
    ['integrations', { kind: 'email', name: word, to: email }],
    ['api-keys', { name: word, scopes: ['contacts:read'] }],
  ] as const
  const made: string[] = []
  for (const [area, body] of areas) {
    const answer = await admin.post<Made>(`${inAgent}/${area}`, body)
    expect({ area, status: answer.status }).toEqual({ area, status: 201 })
    const { id } = answer.body.webhook ?? answer.body.apiKey ?? answer.body
    if (area === 'conversations') await admin.post(`${inAgent}/${area}/${id}/messages`, { text: `${word} answers` })
    made.push(id)
  }
  await admin.get(`${inAgent}/search?q=${word}`)
  return made
}

type Made = { id: string; webhook?: { id: string }; apiKey?: { id: string } }

function secretsOf({
  owner,
  admin,
  gone,
  viewer,
  waiter,
  x,
  y,
  inside,
  late,
  ids,
  innerIds,
  lateIds,
}: Tenant): Secret[] {
  const everybody = [owner, admin, gone, viewer, waiter]
  const inX = [owner, admin, gone, waiter]
  const inY = [owner, viewer]
  return [
    ...[x.name, x.handle, x.id, inside, admin.name, gone.name, waiter.name, ...ids, ...innerIds].map((text) => ({
      text,
      known: inX,
    })),
    ...[y.name, y.handle, y.id, viewer.name].map((text) => ({ text, known: inY })),
    ...[owner.name, owner.email, x.accountId].map((text) => ({ text, known: everybody })),
    ...[late, ...lateIds].map((text) => ({ text, known: [owner, admin, waiter] })),
  ]
}

/** Reads whatever one may and may not, and changes whatever one may not. */
async function tryEverything(person: Person, tenants: Tenant[]): Promise<void> {
  const mine = new Set((await person.me()).workspaces.map(({ id }) => id))
  await person.get('/api/workspaces')
  await person.get(`/api/handles?name=${encodeURIComponent('Some name')}`)
  for (const { x, y, agent, late, ids, goneId } of tenants) {
    for (const { id, handle } of [x, y]) {
      const answers = await readAll(person, id, [handle, late])
      if (!mine.has(id)) answers.push(...(await readAgents(person, id, agent.id, ids)))
      if (!mine.has(id)) answers.push(...(await writeAll(person, id, [...ids, goneId, x.memberId])))
      if (!mine.has(id)) expect(new Set(answers)).toEqual(new Set([404]))
    }
  }
}

async function readAll(person: Person, id: string, handles: string[]): Promise<number[]> {
  const paths = ['', '/roster', '/membership', '/events?limit=500', '/events?after=1&type=member.joined']
  const answers = await Promise.all(paths.map((path) => person.get(`/api/workspaces/${id}${path}`)))
  // a handle may be of another workspace of theirs, so its answers are only listened to
  for (const handle of handles) await person.get(`/api/workspaces/by-handle/${handle}`)
  return answers.map(({ status }) => status)
}

async function readAgents(person: Person, id: string, agentId: string, ids: string[]): Promise<number[]> {
  const areas = [
    '',
    '/state',
    '/search?q=a',
    '/resources',
    '/contacts',
    '/conversations',
    '/webhooks',
    '/integrations',
    '/api-keys',
  ]
  const paths = ['', ...areas.map((area) => `/${agentId}${area}`), ...ids.map((one) => `/${one}`)]
  const answers = await Promise.all(paths.map((path) => person.get(`/api/workspaces/${id}/agents${path}`)))
  return answers.map(({ status }) => status)
}

async function writeAll(person: Person, id: string, targets: string[]): Promise<number[]> {
  const path = `/api/workspaces/${id}`
  const writes = [
    person.patch(path, { name: 'Taken over' }),
    person.delete(path),
    person.post(`${path}/leave`),
    person.patch(`${path}/membership`, { displayName: 'Somebody' }),
    person.delete(`${path}/membership/avatar`),
    person.post(`${path}/invitations`, { email: person.email, role: 'admin' }),
    person.post(`${path}/invitations/batch`, { invitations: [{ email: person.email, role: 'admin' }] }),
    person.createAgent(id, 'Smuggled'),
    ...targets.flatMap((target) => [
      person.patch(`${path}/agents/${target}`, { name: 'Taken over' }),
      person.delete(`${path}/agents/${target}`),
      person.createApiKey(id, target, { name: 'Smuggled', scopes: ['contacts:read'] }),
      person.delete(`${path}/agents/${target}/api-keys/${target}`),
      person.patch(`${path}/members/${target}`, { role: 'viewer' }),
      person.delete(`${path}/members/${target}`),
      person.patch(`${path}/invitations/${target}`, { role: 'admin' }),
      person.post(`${path}/invitations/${target}/resend`),
      person.delete(`${path}/invitations/${target}`),
    ]),
  ]
  return (await Promise.all(writes)).map(({ status }) => status)
}

/** A person's socket, and every byte of it. */
async function listen(person: Person): Promise<Listener> {
  const live = await connectLive(node(), person)
  const heard: string[] = []
  live.socket.io.engine.on('data', (data: unknown) => void heard.push(String(data)))
  return { person, live, heard }
}

async function watchAll({ live }: Listener, streams: Stream[]): Promise<void> {
  for (const stream of streams) await live.watch(stream, 0)
}

function streamsOf({ x, y, agent }: Tenant): Stream[] {
  return [
    streamOf('workspace', x.id),
    streamOf('workspace', y.id),
    streamOf('account', x.accountId),
    streamOf('agent', agent.id),
  ]
}

function ownStream({ userId }: Person): Stream {
  return streamOf('user', userId)
}

/** Everybody heard what is theirs: a recording that is empty would prove nothing. */
function expectNotVacuous(secrets: Secret[], listeners: Listener[], workspaces: Workspace[]): void {
  for (const { text, known } of secrets) {
    for (const { person, heard } of listeners.filter((one) => known.includes(one.person))) {
      const all = [...person.heard, ...heard].join('\n')
      expect({ person: person.name, text, heard: all.includes(text) }).toMatchObject({ heard: true })
    }
  }
  expect(new Set(workspaces.map(({ id }) => id)).size).toBe(6)
  for (const { heard } of listeners) expect(heard.length).toBeGreaterThan(0)
}

/** A word that stands nowhere else, fit for a name, an address and a handle. */
function canary(word: string): string {
  return `canary${word.toLowerCase()}${crypto.randomUUID().slice(0, 8)}`
}
