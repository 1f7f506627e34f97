import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { problemSchema } from '#shared/protocol/errors.ts'
import {
  messengerAnswer,
  visitorConversationAnswer,
  visitorConversationSchema,
  visitorConversationsAnswer,
  visitorMessageSchema,
  visitorMessagesAnswer,
} from '#shared/protocol/visitors.ts'
import { useNode } from '../support/node.ts'
import { newPerson } from '../support/people.ts'
import { rawRequest } from '../support/raw.ts'
import { newSecrets, type Secrets } from '../support/secrets.ts'
import { newToken } from '../support/visitor.ts'

const node = useNode({ clientDir: undefined })

let place: Secrets
beforeAll(async () => {
  place = await newSecrets(node())
})

/** What a visitor is answered where it is done, and nothing beyond it; null: nothing. */
const answers: Record<string, z.ZodType | null> = {
  'GET ': messengerAnswer,
  'GET /conversations': visitorConversationsAnswer,
  'POST /conversations': visitorConversationSchema,
  'GET /conversations/:id': visitorConversationAnswer,
  'GET /conversations/:id/messages': visitorMessagesAnswer,
  'POST /conversations/:id/messages': visitorMessageSchema,
  'POST /conversations/:id/person': visitorConversationSchema,
  'PUT /visitor': null,
}

test('115 every route tells a visitor what its strict schema says, and nothing that is not theirs', async () => {
  const { visitor, conversationId } = place
  const asked: [route: string, body?: unknown][] = [
    ['GET '],
    ['GET /conversations?limit=1'],
    ['POST /conversations', { text: 'Another matter' }],
    ['GET /conversations/:id'],
    ['GET /conversations/:id/messages?limit=1'],
    ['POST /conversations/:id/messages', { text: 'And this' }],
    ['POST /conversations/:id/person'],
  ]
  for (const [route, body] of asked) {
    const [method = '', rest = ''] = route.replace(':id', conversationId).split(' ')
    const answer = await visitor.call(method, rest, body)
    expect(answer.status).toBeLessThan(300)
    expectFit(route.split('?')[0] ?? '', answer)
  }
  const { body } = await visitor.snapshot(conversationId)
  expect(body).toMatchObject({ conversation: { answeredByTeam: true }, faces: [{ memberId: place.adaId, name: 'Ada' }] })
  expectNoSecret(visitor.heard)
}) // prettier-ignore

test('127 128 129 whatever is asked of whichever route: a problem with a code, or what the schema says; nobody else’s anything', async () => {
  const { visitor, conversationId, foreignIds, foreignEmails } = place
  const statuses = new Set<number>()
  const agentId = often(visitor.agentId, fc.oneof(fc.constantFrom(visitor.agentId.toUpperCase(), ...foreignIds), odd))
  const id = often(conversationId, fc.oneof(fc.constantFrom(conversationId.toUpperCase(), ...foreignIds), odd))
  const query = often('', fc.array(fc.tuple(fc.constantFrom('limit', 'cursor', '__proto__', 'x'), oddQuery), { maxLength: 3 }).map(asQuery))
  const strangers = Array.from({ length: 3 }, newToken)
  const secret = fc.constantFrom('', visitor.token.slice(1), `rollcall_${visitor.token}`, place.apiKey, place.session, place.elsewhere.token)
  const token = often(visitor.token, fc.oneof(fc.constantFrom(...strangers), secret))
  const route = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...Object.keys(answers)) }, fc.constantFrom('PATCH ', 'DELETE /visitor', 'DELETE /conversations/:id', 'PUT /conversations', 'POST /visitor'))
  const asked = fc.asyncProperty(route, agentId, id, query, token, bodies(foreignEmails), async (wanted, agent, conversation, search, bearer, sent) => {
    const [method = '', rest = ''] = wanted.split(' ')
    const nobody = newPerson(node())
    const path = `/api/messenger/${encoded(agent)}${rest.replace(':id', encoded(conversation))}${search}`
    const headers = { ...(method === 'GET' ? {} : sent.headers), Authorization: `Bearer ${bearer}` }
    const answer = await nobody.call(method, path, method === 'GET' ? undefined : sent.body, headers)
    statuses.add(answer.status)
    expectFit(wanted, answer)
    expectNoSecret(nobody.heard)
  })
  await fc.assert(asked, { numRuns: 500, interruptAfterTimeLimit: 10_000 })
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 400, 401, 404, 415]))
}) // prettier-ignore

test('50 127 128 whatever stands in a header: never a failure of ours, and nobody else’s anything', async () => {
  const { visitor, conversationId } = place
  const letters = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 60 })
  const value = fc.oneof(letters, fc.constantFrom(...oddHeaders)).map((text) => text.replace(/[\r\n]/g, ''))
  const names = ['Authorization', 'Idempotency-Key', 'Origin', 'Sec-Fetch-Site', 'Cookie', 'X-Forwarded-For', 'X-Workspace-Id', 'Content-Type', 'Content-Encoding', 'If-None-Match', 'Accept', 'Accept-Encoding', 'Range']
  const body = JSON.stringify({ text: 'With odd headers' })
  const asked = fc.asyncProperty(fc.boolean(), fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 }), async (writes, headers) => {
    const wanted = writes ? 'POST /conversations/:id/messages' : 'GET /conversations/:id'
    const [method = '', rest = ''] = wanted.replace(':id', conversationId).split(' ')
    const usual = { Authorization: `Bearer ${visitor.token}`, ...(writes && { 'Content-Type': 'application/json', 'Content-Length': String(body.length) }) }
    const answer = await rawRequest(node(), { method, path: visitor.path + rest, headers: { ...usual, ...headers }, body: writes ? body : '' })
    const text = Buffer.from(answer.body, 'latin1').toString()
    expectNoSecret([[...answer.headers].join('\n') + text])
    // what is no HTTP is refused before anything of ours sees it
    if (text === '') expect([400, 431]).toContain(answer.status)
    else expectFit(wanted, { status: answer.status, body: JSON.parse(text), headers: new Headers([...answer.headers]) })
  })
  await fc.assert(asked, { numRuns: 300, interruptAfterTimeLimit: 6_000 })
}) // prettier-ignore

test('93 an Idempotency-Key of 1 to 200 letters of any kind is kept, and any other refused', async () => {
  const { visitor, conversationId } = place
  for (const key of ['', 'x'.repeat(201)]) {
    expect(await visitor.write(conversationId, 'Once', { 'Idempotency-Key': key })).toMatchObject({
      status: 400,
      body: { code: 'invalid_input' },
    })
  }
  const kept = { 'Idempotency-Key': `é;'"\u00ff${crypto.randomUUID()}`.padEnd(200, 'x') }
  const [one, two] = [
    await visitor.write(conversationId, 'Once', kept),
    await visitor.write(conversationId, 'Once', kept),
  ]
  expect([one.status, two.body]).toEqual([201, one.body])
  expect(await visitor.write(conversationId, 'Twice', kept)).toMatchObject({
    status: 422,
    body: { code: 'idempotency_mismatch' },
  })
})

test('an id is one, however it is spelled: its snapshot stands where its stream does', async () => {
  const { visitor, conversationId } = place
  const spelled = await visitor.snapshot(conversationId.toUpperCase())
  expect(spelled.body).toEqual((await visitor.snapshot(conversationId)).body)
  expect(spelled.body.position).toBeGreaterThan(0)
})

const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '.', '..', '%00', '%ff', '%2e%2e%2f', 'null', '__proto__', "' or 1=1--", 'x'.repeat(4_000)),
) // prettier-ignore
const oddQuery = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('1', '100', '101', '0', '-1', '1e2', '1.5', 'NaN', '', '1e400', crypto.randomUUID()),
)
const oddHeaders = [
  '',
  'Bearer',
  'bearer x',
  'null',
  'https://evil.test',
  'cross-site',
  '127.0.0.1, ::1, unknown',
  '%E0%A4%A',
  '*',
  'gzip',
  'text/html',
  'bytes=0-1',
  'x'.repeat(15_000),
  `Bearer ${'x'.repeat(8_000)}`,
]
/** Bodies that are no JSON, or JSON that nobody means well. */
const oddTexts = [
  ...['', '{', 'null', '[]', '"text"', '1e999', '{"text":', '{"text":"\\ud800"}', '{"text":"a\\u0000b"}', '{"text":{"a":1}}'],
  ...['__proto__', 'constructor', 'prototype'].map((key) => `{"text":"x","${key}":{"text":"x","role":"owner"}}`),
  ...['{"text":"one","text":["two"]}', '{"name":"x","email":"x@example.com","externalId":"x"}', '{"toString":1}'],
  ...['['.repeat(30_000), `{"text":${'['.repeat(9_000)}${']'.repeat(9_000)}}`, `${'{"text":'.repeat(7_000)}1${'}'.repeat(7_000)}`],
] // prettier-ignore

type Sent = { body: Uint8Array; headers: Record<string, string> }

function bodies(emails: string[]): fc.Arbitrary<Sent> {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 20 }),
    fc.constantFrom('Hello', 'x'.repeat(4_000), 'x'.repeat(4_001), '\u0301'.repeat(16_001), 'x'.repeat(70_000)),
  )
  const value = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }))
  const json = fc.oneof(
    fc.record({ text }),
    fc.record({ name: text, email: fc.oneof(text, fc.constantFrom(...emails)) }, { requiredKeys: [] }),
    fc.dictionary(fc.constantFrom('text', 'name', 'email', 'contactId', 'state', 'constructor'), value, { maxKeys: 4 }),
    fc.jsonValue({ maxDepth: 3 }),
  )
  const bytes = fc.oneof(
    { weight: 6, arbitrary: json.map((one) => Buffer.from(JSON.stringify(one))) },
    { weight: 2, arbitrary: fc.constantFrom(...oddTexts).map((one) => Buffer.from(one)) },
    fc.uint8Array({ maxLength: 40 }).map((one) => Buffer.from(one)),
  )
  const type = often('application/json', fc.constantFrom('application/json; charset=utf-8', 'application/json; charset=utf-16', 'text/plain', 'multipart/form-data; boundary=x', 'application/jsonx', 'text/html'))
  return fc.oneof(
    { weight: 9, arbitrary: fc.record({ body: bytes, headers: type.map((one) => ({ 'Content-Type': one })) }) },
    json.map((one) => ({
      body: gzipSync(JSON.stringify(one)),
      headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
    })),
  )
} // prettier-ignore

/** Mostly the one that is right, so that the rest of a request is looked at, too. */
function often<T, U>(right: T, other: fc.Arbitrary<U>): fc.Arbitrary<T | U> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(right) }, other)
}

function asQuery(pairs: [string, string][]): string {
  return `?${pairs.map(([name, value]) => `${name}=${encoded(value)}`).join('&')}`
}

function encoded(text: string): string {
  return text.startsWith('%') ? text : encodeURIComponent(text.toWellFormed())
}

function expectFit(route: string, { status, body, headers }: { status: number; body: unknown; headers: Headers }): void {
  expect(status).toBeLessThan(500)
  if (status >= 400) {
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(problemSchema.parse(body).status).toBe(status)
    return
  }
  const schema = answers[route]
  if (schema) expect(schema.parse(body)).toEqual(body)
  else expect({ status, body }).toEqual({ status: 204, body: '' })
} // prettier-ignore

/** Neither in a body nor in a header. */
function expectNoSecret(heard: string[]): void {
  const all = heard.join('\n')
  expect(place.secrets.filter((secret) => all.includes(secret))).toEqual([])
}
