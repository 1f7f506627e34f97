import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { askTrusted } from '../outbound/trusted.ts'

/** The longest answer, in bytes: a page of subscriptions is some hundred kilobytes. */
const most = 8 * 1024 * 1024

/** By its code Stripe's package knows that it was time. */
class Late extends Error {
  readonly code = 'ETIMEDOUT'
}

/**
 * How Stripe's package asks: its own client would wait for the next byte for ever as long as one comes now and then, and
 * take any number of them. `timeout`, in milliseconds, is for the whole answer.
 */
export async function askStripe(
  host: string,
  port: string,
  path: string,
  method: string,
  headers: OutgoingHttpHeaders,
  body: string,
  protocol: string,
  timeout: number,
) {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(new Late('Stripe did not answer in time.')), timeout)
  try {
    const url = `${protocol}://${host}:${port}${path}`
    const response = await askTrusted(url, { method, headers, body, signal: deadline.signal })
    return answerOf(response, await whole(response))
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : error
  } finally {
    clearTimeout(timer)
  }
}

async function whole(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > most) throw new Error('Stripe’s answer has no end.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** As the package wants it. */
function answerOf({ statusCode = 0, headers }: IncomingMessage, text: string) {
  return {
    getStatusCode: () => statusCode,
    getHeaders: () => headers as Record<string, string>,
    getRawResponse: () => ({}),
    toStream: () => text,
    toJSON: async (): Promise<unknown> => JSON.parse(text),
  }
}
