import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { z } from 'zod'
import { chunkOf, eventOf, streamedAnswer } from './model-stream.ts'

const bodySchema = z.strictObject({
  model: z.string(),
  stream: z.literal(true),
  messages: z.tuple([
    z.strictObject({ role: z.literal('system'), content: z.string() }),
    z.strictObject({ role: z.literal('user'), content: z.string() }),
  ]),
})
const dataSchema = z.strictObject({
  passages: z.array(z.strictObject({ title: z.string(), text: z.string() })),
  conversation: z.array(z.strictObject({ from: z.enum(['visitor', 'team']), text: z.string() })),
  question: z.string(),
})

export type Give = (response: ServerResponse) => void | Promise<void>
export type ModelServer = {
  endpoint: { baseUrl: string; apiKey: string; model: string }
  /** What it was asked in this test. */
  asked: { path: string; headers: IncomingHttpHeaders; rules: string; data: z.infer<typeof dataSchema> }[]
  /** How it answers from now on. */
  gives: (give: Give) => void
  /** Waits until it was asked so often. */
  until: (times: number) => Promise<void>
}

/** An endpoint that speaks OpenAI's streamed chat completions, on this machine, for the test file's own. */
export function useModelServer(): () => ModelServer {
  const asked: ModelServer['asked'] = []
  const news = new EventEmitter()
  let give: Give = says('Nothing in particular.')
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('end', () => {
      const { messages } = bodySchema.parse(JSON.parse(Buffer.concat(chunks).toString()))
      const data = dataSchema.parse(JSON.parse(messages[1].content))
      asked.push({ path: request.url ?? '', headers: request.headers, rules: messages[0].content, data })
      news.emit('news')
      void give(response)
    })
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  beforeEach(() => void asked.splice(0))
  afterAll(() => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return () => ({
    endpoint: {
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      apiKey: 'sk-test-nobody-may-see-this',
      model: 'small',
    },
    asked,
    gives: (next) => void (give = next),
    async until(times) {
      while (asked.length < times) await once(news, 'news')
    },
  })
}

/** Streams an answer, a few bytes at a time. */
export function says(text: string, options: Parameters<typeof streamedAnswer>[1] = {}): Give {
  return async (response) => {
    begin(response)
    const bytes = Buffer.from(streamedAnswer(text, options))
    for (let at = 0; at < bytes.length; at += 50) await written(response, bytes.subarray(at, at + 50))
    response.end()
  }
}

/** Streams a word, and then another, until it is hung up on. */
export const goesOn: Give = async (response) => {
  begin(response)
  while (!response.closed) {
    await written(response, eventOf(chunkOf({ reasoning_content: 'well ' })))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Streams this, and then nothing more, without an end. */
export function stopsBehind(text: string): Give {
  return (response) => {
    begin(response)
    response.write(text)
  }
}

export function breaksOffBehind(text: string): Give {
  return async (response) => {
    begin(response)
    await written(response, text)
    response.destroy()
  }
}

/** Answers a status, with words that are nobody's business. */
export function answers(status: number, words = '', headers: Record<string, string> = {}): Give {
  return (response) => void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(words)
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' }).flushHeaders()
}

function written(response: ServerResponse, part: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => response.write(part, () => resolve()))
}
