import { createParser } from 'eventsource-parser'
import { ModelProblem } from './problem.ts'

/** Of a stream, in bytes: a model that thinks aloud sends much that is no part of its answer. */
const mostBytes = 1024 * 1024

/** The data of each server-sent event, wherever the stream was cut on its way. */
export async function* dataOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const arrived: string[] = []
  const parser = createParser({ onEvent: ({ data }) => void arrived.push(data) })
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > mostBytes) throw new ModelProblem('too_long')
    parser.feed(decoder.decode(chunk, { stream: true }))
    yield* arrived.splice(0)
  }
}
