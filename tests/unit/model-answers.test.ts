import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAnswer } from '#server/messenger/assistant/model/read-answer.ts'
import { chunkOf, eventOf, streamedAnswer } from '../support/model-stream.ts'

const text = 'Drei Tage, ab 20 €: schöne Grüße 👋🏽\n\nMorgen früh.'

test('an answer is put together wherever its stream was cut, between the bytes of a letter, too', async () => {
  const whole = Buffer.from(streamedAnswer(text))
  for (let at = 1; at < whole.length; at += 1) expect(await read(cutAt(whole, [at]))).toBe(text)
  const cuts = fc.array(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 40 })
  const every = fc.asyncProperty(cuts, async (places) => void expect(await read(cutAt(whole, places))).toBe(text))
  await fc.assert(every)
  expect(await read([...whole].map((byte) => Buffer.of(byte)))).toBe(text)
})

test('lines may end as they like, and what follows the end changes nothing', async () => {
  expect(await read(streamedAnswer(text, { end: '\r\n' }))).toBe(text)
  expect(await read(streamedAnswer(text, { done: false }))).toBe(text)
  expect(await read(`${streamedAnswer(text, { done: false })}data: {"error":{"message":"late"}}\n\n`)).toBe(text)
})

test.each([
  ['what was cut by the model’s own limit ends with dots', streamedAnswer('Three days and', { finish: 'length' }), 'Three days and…'],
  ['what a model thinks aloud first is not shown', streamedAnswer('<think>\nThey ask…\n</think>\n\nThree days.'), 'Three days.'],
  ['nor does it count', streamedAnswer(`<think>${'word '.repeat(2_000)}</think>Three days.`), 'Three days.'],
  ['what nobody could see is taken out', streamedAnswer('Three\u202e days\u0000.\r\nOr four.'), 'Three days.\nOr four.'],
])('%s', async (_, stream, answer) => {
  expect(await read(stream)).toBe(answer)
}) // prettier-ignore

test.each([
  ['broken', 'an end before the end', streamedAnswer(text, { finish: null, done: false })],
  ['broken', 'a [DONE] that nothing has finished', streamedAnswer(text, { finish: null })],
  ['broken', 'nothing at all', ''],
  ['broken', 'what is no event', '<html>Bad gateway</html>'],
  ['broken', 'what is no JSON', `${eventOf(chunkOf({ content: 'Three' }))}data: {"choices": [\n\n`],
  ['broken', 'what is JSON and no chunk', 'data: {"choices": {"delta": "Three"}}\n\n'],
  ['broken', 'an error in the middle', `${eventOf(chunkOf({ content: 'Three' }))}data: {"error":{"message":"Overloaded"}}\n\n`],
  ['unfinished', 'the end of a filter', streamedAnswer(text, { finish: 'content_filter' })],
  ['unfinished', 'a tool that nobody offered', streamedAnswer('', { finish: 'tool_calls' })],
  ['empty', 'no words', streamedAnswer('')],
  ['empty', 'words that nobody could see', streamedAnswer(' \u200b\n')],
  ['empty', 'thoughts alone', streamedAnswer('<think>They ask for', { finish: 'length' })],
  ['too_long', 'more than a visitor would read', streamedAnswer('word '.repeat(1_000))],
  ['too_long', 'a line without an end', 'data: '.padEnd(2 * 1024 * 1024, 'x')],
])('%s: %s', async (reason, _, stream) => {
  await expect(read(stream)).rejects.toMatchObject({ reason, message: `The model gave no answer: ${reason}` })
}) // prettier-ignore

test('each event is heard, and a comment is none', async () => {
  let heard = 0
  await readAnswer(streamed([Buffer.from(`: wait\n\n${streamedAnswer('Three days.')}`)]), () => (heard += 1))
  expect(heard).toBe(streamedAnswer('Three days.').match(/^data: /gm)?.length)
})

function read(stream: string | Buffer[]): Promise<string> {
  return readAnswer(streamed(typeof stream === 'string' ? [Buffer.from(stream)] : stream), () => undefined)
}

async function* streamed(chunks: Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}

function cutAt(whole: Buffer, places: number[]): Buffer[] {
  const borders = [0, ...[...new Set(places)].sort((a, b) => a - b), whole.length]
  return borders.slice(1).map((end, nth) => whole.subarray(borders[nth], end))
}
