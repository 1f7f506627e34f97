import fc from 'fast-check'
import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { scopes } from '#shared/scopes.ts'
import { connectLive } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newUser, type Answer, type Person } from '../support/people.ts'

const node = useNode()

/** An agent, what was made in it, and a word that stands in everything of it and nowhere else. */
type Place = { path: string; agentId: string; word: string; key: string; made: Record<Kind, string[]> }
type Kind = (typeof kinds)[number]
type Act = { place: number; kind: Kind; verb: 'make' | 'change' | 'remove'; nth: number }
type Body = { id: string }

const kinds = ['resources', 'contacts', 'conversations', 'webhooks', 'integrations', 'api-keys'] as const
/** What an API key reads. */
const opened = ['contacts', 'conversations', 'resources', `search?q=common`] as const

const acts = fc.array(
  fc.record<Act>({
    place: fc.nat(2),
    kind: fc.constantFrom(...kinds),
    verb: fc.constantFrom('make', 'make', 'make', 'change', 'remove'),
    nth: fc.nat(5),
  }),
  { minLength: 12, maxLength: 24 },
)

test(
  'T1 whatever happens in several agents, nothing of one is ever shown in another',
  { timeout: 240_000 },
  async () => {
    const ada = await newUser(node())
    const [here, there] = [await ada.createWorkspace('Here'), await ada.createWorkspace('There')]
    await fc.assert(
      fc.asyncProperty(acts, async (history) => {
        const places = await Promise.all([here, here, there].map(({ id }) => arrange(ada, id)))
        for (const act of history) await perform(ada, places, act)
        for (const place of places) {
          const others = places.filter((one) => one !== place)
          const seen = await everythingOf(ada, place)
          // each has a resource from the beginning, so that nobody sees nothing
          expect(seen).toContain(place.word)
          for (const other of others) {
            expect(seen).not.toContain(other.word)
            for (const id of [other.agentId, ...Object.values(other.made).flat()]) expect(seen).not.toContain(id)
            await expectNoWayIn(ada, place, other)
          }
        }
      }),
      { numRuns: 4 },
    )
  },
)

async function arrange(ada: Person, workspaceId: string): Promise<Place> {
  const word = `canary${crypto.randomUUID().replaceAll('-', '')}`
  const { body: agent } = await ada.createAgent(workspaceId, `Agent ${word}`)
  const path = `/api/workspaces/${workspaceId}/agents/${agent.id}`
  const made = Object.fromEntries(kinds.map((kind) => [kind, []])) as unknown as Place['made']
  const { body } = await ada.post<{ key: string; apiKey: Body }>(`${path}/api-keys`, { name: word, scopes })
  made['api-keys'].push(body.apiKey.id)
  const place = { path, agentId: agent.id, word, key: body.key, made }
  await make(ada, place, 'resources')
  return place
}

async function perform(ada: Person, places: Place[], { place: which, kind, verb, nth }: Act): Promise<void> {
  const place = places[which]
  if (!place) return
  const id = place.made[kind][nth]
  if (verb === 'make' || !id) return make(ada, place, kind)
  // the first key is what this test looks through, and the first resource what it looks for
  if (nth === 0 && (kind === 'api-keys' || kind === 'resources')) return
  if (verb === 'change' && changes[kind]) {
    expect((await ada.patch(`${place.path}/${kind}/${id}`, changes[kind](place.word))).status).toBe(200)
  }
  if (verb === 'remove' && kind !== 'conversations') {
    expect((await ada.delete(`${place.path}/${kind}/${id}`)).status).toBe(204)
    place.made[kind].splice(nth, 1)
  }
}

async function make(ada: Person, place: Place, kind: Kind): Promise<void> {
  const { status, body } = await ada.post<Body & Partial<Record<'webhook' | 'apiKey', Body>>>(`${place.path}/${kind}`, bodyOf(kind, place))
  expect(status, kind).toBe(201)
  const { id } = body.webhook ?? body.apiKey ?? body
  place.made[kind].push(id)
  if (kind !== 'conversations') return
  expect((await ada.post(`${place.path}/${kind}/${id}/messages`, { text: `${place.word} answers` })).status).toBe(201)
} // prettier-ignore

function bodyOf(kind: Kind, { word, made }: Place): object {
  const email = `${crypto.randomUUID()}@${word.slice(0, 40)}.example.com`
  const bodies: Record<Kind, object> = {
    resources: { kind: 'text', title: `About ${word}`, content: `What is common, and ${word}.` },
    contacts: { name: word, email },
    conversations: { text: `${word} asks`, ...(made.contacts[0] && { contactId: made.contacts[0] }) },
    webhooks: { url: `https://${word.slice(0, 40)}.example.com/hook`, events: [] },
    integrations: { kind: 'email', name: word, to: email },
    'api-keys': { name: word, scopes: ['contacts:read'] },
  }
  return bodies[kind]
}

const changes: Record<Kind, ((word: string) => object) | null> = {
  resources: (word) => ({ content: `Changed, still common: ${word}` }),
  contacts: (word) => ({ name: `${word} renamed` }),
  conversations: () => ({ state: 'resolved' }),
  webhooks: () => ({ active: false }),
  integrations: (word) => ({ name: `${word} renamed` }),
  'api-keys': null,
}

/** All that a member reads of the agent by HTTP and by its streams, and all that its key opens. */
async function everythingOf(ada: Person, { path, agentId, key, made }: Place): Promise<string> {
  const byMember = [path, `${path}/state`, `${path}/search?q=common`, ...kinds.map((kind) => `${path}/${kind}?limit=100`)]
  const conversations = made.conversations.flatMap((id) => [`${path}/conversations/${id}`, `${path}/conversations/${id}/messages`])
  const answers = await Promise.all([...byMember, ...conversations].map((one) => ada.get<object>(one)))
  answers.push(...(await Promise.all(opened.map((one) => byKey(key, 'GET', one)))))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  const live = await connectLive(node(), ada)
  const streams = [streamOf('agent', agentId), ...made.conversations.map((id) => streamOf('conversation', id))]
  const heard = []
  for (const stream of streams) heard.push(await live.watch(stream, 0))
  live.close()
  return JSON.stringify([answers.map(({ body }) => body), heard])
} // prettier-ignore

/** Neither by this agent's path nor by its key. */
async function expectNoWayIn(ada: Person, place: Place, other: Place): Promise<void> {
  for (const kind of kinds) {
    for (const id of other.made[kind].slice(0, 2)) {
      const statuses = [
        ...(kind === 'api-keys' ? [] : [(await ada.patch(`${place.path}/${kind}/${id}`, changes[kind]?.('x'))).status]),
        ...(kind === 'conversations' ? [] : [(await ada.delete(`${place.path}/${kind}/${id}`)).status]),
        ...(kind === 'contacts' || kind === 'conversations' || kind === 'resources'
          ? [(await byKey(place.key, 'GET', `${kind}/${id}`)).status]
          : []),
      ]
      expect({ kind, statuses: new Set(statuses) }).toEqual({ kind, statuses: new Set([404]) })
    }
  }
  const contactId = other.made.contacts[0]
  if (contactId) expect((await ada.post(`${place.path}/conversations`, { contactId })).status).toBe(404)
}

async function byKey(key: string, method: string, path: string): Promise<Answer<object>> {
  const headers = { Authorization: `Bearer ${key}` }
  const answer = await fetch(`http://127.0.0.1:${node().port}/api/v1/${path}`, { method, headers })
  return { status: answer.status, body: (await answer.json()) as object, headers: answer.headers }
}
