import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { beforeAll, expect, test } from 'vitest'
import { openaiAnswerer } from '#server/messenger/assistant/openai-answerer.ts'
import { createMetrics } from '#server/metrics.ts'
import { answered, jobsDone, newAssistant, shipping } from '../support/assistant.ts'
import { answers, breaksOffBehind, goesOn, says, stopsBehind, useModelServer, type Give } from '../support/model-server.ts' // prettier-ignore
import { chunkOf, eventOf } from '../support/model-stream.ts'
import { useNode } from '../support/node.ts'
import { freePort } from '../support/ports.ts'
import { verifyForVisitor } from '../support/visitor.ts'

const model = useModelServer()
const node = useNode(async () => ({ openai: model().endpoint, logLevel: 'silent' }))

const source = `\n\nSource: ${shipping.question}`
const ofSearch = shipping.answer + source
const question = 'How long does the shipping of my parcel take, please?'

test('S3 a visitor sees what the model says, with its source, and it was asked with passages and what was said before', async () => {
  const { visitor, verifyFromTheStart } = await newAssistant(node(), [shipping])
  model().gives(says('Three days, within Europe 🚚.'))
  const { body } = await visitor.begin('Hello, does shipping take long?')
  await answered(visitor, body.id, 2)
  await verifyForVisitor(visitor, body.id, async () => {
    await visitor.write(body.id, question)
    await answered(visitor, body.id, 4)
  })
  const { messages, conversation } = (await visitor.snapshot(body.id)).body
  expect(messages[3]).toMatchObject({ author: { kind: 'assistant', memberId: null, name: 'Assistant' }, text: `Three days, within Europe 🚚.${source}` })
  expect(conversation).toMatchObject({ state: 'open', answeredByTeam: false, messageCount: 4 })
  const [, second] = model().asked
  expect(second).toMatchObject({
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${model().endpoint.apiKey}`, 'content-type': 'application/json', accept: 'text/event-stream' },
    data: {
      passages: [{ title: shipping.question, text: shipping.answer }],
      conversation: [{ from: 'visitor', text: 'Hello, does shipping take long?' }, { from: 'team', text: `Three days, within Europe 🚚.${source}` }],
      question,
    },
  })
  await verifyFromTheStart(body.id)
}) // prettier-ignore

test('what it was not taught it is not asked, and where the passages do not answer it says so', async () => {
  const { visitor } = await newAssistant(node(), [shipping], { language: 'de' })
  const nothing = 'Dazu habe ich nichts gefunden. Fragen Sie nach einem Menschen, dann antwortet Ihnen das Team hier.'
  const { body } = await visitor.begin('Do you sell umbrellas made of glass?')
  await answered(visitor, body.id, 2)
  expect(model().asked).toEqual([])
  model().gives(says('NOTHING'))
  await visitor.write(body.id, question)
  await answered(visitor, body.id, 4)
  expect(model().asked[0]?.rules).toContain('Answer in German,')
  const { messages } = (await visitor.snapshot(body.id)).body
  expect([messages[1]?.text, messages[3]?.text]).toEqual([nothing, nothing])
  // nor is it asked for an agent that was taught nothing at all
  const empty = await newAssistant(node(), [])
  await empty.visitor.begin(question)
  await jobsDone(node())
  expect(model().asked).toHaveLength(1)
})

test('while it thinks no connection is held, and where a person takes over its answer is dropped', async () => {
  const { visitor, edsger, write, snapshot } = await newAssistant(node(), [shipping])
  let goOn: () => void = () => undefined
  model().gives((response) => void (goOn = () => void says('Late')(response)))
  const { body } = await visitor.begin(question)
  await model().until(1)
  await expect.poll(() => node().sql.busy).toBe(0)
  const inTransactions = () => node().owner`
    select query from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in transaction%'`
  await expect.poll(inTransactions).toEqual([])
  await write(edsger, body.id, 'From a person')
  goOn()
  await jobsDone(node())
  expect((await snapshot(edsger, body.id)).messages.map(({ text }) => text)).toEqual([question, 'From a person'])
  expect(model().asked).toHaveLength(1)
})

let taught: Awaited<ReturnType<typeof newAssistant>>['place']
beforeAll(async () => {
  taught = (await newAssistant(node(), [shipping])).place
})

const first = eventOf(chunkOf({ role: 'assistant', content: 'Three' }))
const quick = { first: 10_000, next: 10_000, whole: 10_000 }
const leak = `{"error":{"message":"Incorrect API key sk-test-nobody-may-see-this for: ${question}"}}`

test.each<[string, string, Give, object?]>([
  ['silent', 'nothing comes', () => undefined, { first: 150 }],
  ['silent', 'comments are no words', stopsBehind(': processing\n\n'), { first: 150 }],
  ['stalled', 'it stops between two words', stopsBehind(first), { next: 150 }],
  ['late', 'it goes on and on', goesOn, { whole: 300 }],
  ['too_long', 'it says too much', says('word '.repeat(1_000))],
  ['empty', 'it says nothing', says('')],
  ['unfinished', 'a filter ends it', says('Three', { finish: 'content_filter' })],
  ['broken', 'its stream breaks', breaksOffBehind(first)],
  ['broken', 'its stream ends early', says('Three', { finish: null, done: false })],
  ['broken', 'it streams nonsense', stopsBehind(`${first}data: nonsense ${question}\n\n`)],
  ['broken', 'it streams an error', stopsBehind(`${first}data: ${leak}\n\n`)],
  ['refused', 'it does not know the key', answers(401, leak)],
  ['refused', 'it does not take the request', answers(400, leak)],
  ['refused', 'it sends on to somewhere else', answers(307, '', { Location: '/v1/chat/completions' })],
  ['rate_limited', 'it was asked too much', answers(429, leak, { 'Retry-After': '60' })],
  ['failing', 'it fails', answers(503, leak)],
])('%s: where %s search answers, once; it is counted, and nothing is said of what was said', async (reason, _, give, patience = {}) => {
  model().gives(give)
  const { answer, told } = askedFor({ patience: { ...quick, ...patience } })
  expect(await answer()).toBe(ofSearch)
  expect(model().asked).toHaveLength(1)
  expect(await told()).toMatchObject({ outcome: reason, lines: [{ level: 40, reason }] })
}) // prettier-ignore

test('unreachable: where nobody is there search answers', async () => {
  const { answer, told } = askedFor({ baseUrl: `http://127.0.0.1:${await freePort()}/v1` })
  expect(await answer()).toBe(ofSearch)
  expect(await told()).toMatchObject({ outcome: 'unreachable', lines: [{ detail: 'ECONNREFUSED' }] })
})

test('ending: as the node ends search answers at once, and whoever hangs up on the model is heard there', async () => {
  let hungUp: Promise<unknown> = Promise.resolve()
  model().gives((response) => {
    hungUp = new Promise((resolve) => response.once('close', resolve))
    return stopsBehind(first)(response)
  })
  const { answer, told } = askedFor()
  const ending = new AbortController()
  const text = answer(ending.signal)
  await model().until(1)
  ending.abort()
  expect(await text).toBe(ofSearch)
  await hungUp
  expect(await told()).toMatchObject({ outcome: 'ending' })
  expect(await answer(ending.signal)).toBe(ofSearch)
  expect(model().asked).toHaveLength(1)
})

test('resting: one that failed three times in a row is not asked for a while, so that nobody waits for nothing', async () => {
  const { answer, told } = askedFor({ rest: 60_000 })
  model().gives(answers(500))
  for (const _ of [1, 2]) await answer()
  model().gives(says('Three days.'))
  expect(await answer()).toBe(`Three days.${source}`)
  model().gives(answers(500))
  for (const _ of [1, 2, 3, 4]) expect(await answer()).toBe(ofSearch)
  expect(model().asked).toHaveLength(6)
  expect((await told()).lines.at(-1)).toMatchObject({ reason: 'resting' })
  // once it has rested one question is enough to see whether it is well again
  const again = askedFor({ rest: 0 })
  for (const _ of [1, 2, 3, 4]) await again.answer()
  expect(model().asked).toHaveLength(10)
})

test('a refusal that concerns one question alone lets nobody rest', async () => {
  const { answer } = askedFor({ rest: 60_000 })
  model().gives(answers(400))
  for (const _ of [1, 2, 3, 4]) await answer()
  expect(model().asked).toHaveLength(4)
})

test('without a key, as a model on this machine, it is asked without one', async () => {
  model().gives(says('Three days.'))
  const { answer } = askedFor({ apiKey: undefined })
  expect(await answer()).toBe(`Three days.${source}`)
  expect(model().asked[0]?.headers).not.toHaveProperty('authorization')
})

type Told = { outcome: string | undefined; lines: Record<string, unknown>[] }
type Wanted = { baseUrl?: string; apiKey?: undefined; patience?: typeof quick; rest?: number }

/** An answerer of the test's own, which is asked about shipping. */
function askedFor({ patience = quick, rest = 0, ...endpoint }: Wanted = {}) {
  const written: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void written.push(line) })
  const metrics = createMetrics()
  const parts = { sql: node().sql, log, metrics }
  const answerer = openaiAnswerer({ ...model().endpoint, ...endpoint }, parts, { patience, rest })
  const asked = { ...taught, conversationId: randomUUID(), place: 1, question, language: 'en', people: false } as const
  return {
    answer: (ending = new AbortController().signal) => answerer(asked, ending),
    /** What its operator hears: nothing of the key, of what was asked or of what the agent was taught. */
    async told(): Promise<Told> {
      const served = await metrics.registry.metrics()
      for (const secret of [model().endpoint.apiKey, question, shipping.answer, shipping.question]) {
        expect(written.join('') + served).not.toContain(secret)
      }
      const lines = written.map((line) => JSON.parse(line) as Record<string, unknown>)
      return { outcome: /^rollcall_model_answers_total\{outcome="(\w+)"\} 1$/m.exec(served)?.[1], lines }
    },
  }
}
