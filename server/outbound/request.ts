import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent'
import { isPrivateIPv6, lookupPublic } from './ipv6.ts'

/**
 * Why a request to somebody else's server came to nothing, in a sentence for whoever gave us its address. `passing`: it may
 * well come to something in a moment.
 */
export class OutboundProblem extends Error {
  readonly passing: boolean

  constructor(sentence: string, passing = false) {
    super(sentence)
    this.passing = passing
  }
}

export type Answer = { status: number; headers: http.IncomingHttpHeaders; body: Buffer }

export type Asked = {
  method: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** The most bytes of an answer that are read; a longer one is a problem, or is cut where `cut` is set. */
  mostBytes: number
  cut?: boolean
  /** Breaks it off. */
  signal?: AbortSignal
}

/**
 * Asks a server outside. The only way out: it connects to public addresses alone, as they are at the moment of the
 * connection, whatever their name resolved to before, and follows no redirect. Rejects with an `OutboundProblem`.
 */
export type Outbound = { request: (url: string, asked: Asked) => Promise<Answer>; close: () => void }

/** Milliseconds: until connected, and until the whole answer is here. */
export const deadlines = { connect: 5_000, answer: 10_000 }
const mostHeaderBytes = 16_384

/** What tests alone allow: addresses of this machine, its certificate's authority, names of theirs, and less patience. */
export type OutboundExceptions = {
  addresses: string[]
  lookup?: LookupFunction
  authority?: string | undefined
  deadlines?: typeof deadlines
}

export function openOutbound(exceptions: OutboundExceptions = { addresses: [] }): Outbound {
  const { addresses, authority, lookup } = exceptions
  const options = {
    ...{ keepAlive: true, maxFreeSockets: 64, timeout: 15_000, allowIPAddressList: addresses },
    lookup: lookupPublic(notPublic(), addresses, lookup),
  }
  const agents = {
    'http:': new RequestFilteringHttpAgent(options),
    'https:': new RequestFilteringHttpsAgent({
      ...options,
      minVersion: 'TLSv1.2',
      ...(authority && { ca: authority }),
    }),
  }
  return {
    async request(url, asked) {
      const { protocol, hostname } = new URL(url)
      if (isPrivateIPv6(hostname) && !addresses.includes(hostname.replace(/[[\]]/g, ''))) throw notPublic()
      if (protocol !== 'http:' && protocol !== 'https:') throw new OutboundProblem('Only web addresses can be reached.')
      return exchange(url, asked, { agent: agents[protocol], ...(exceptions.deadlines ?? deadlines) })
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

type Way = { agent: http.Agent; connect: number; answer: number }

function exchange(url: string, asked: Asked, { agent, connect, answer }: Way): Promise<Answer> {
  const { method, headers = {}, body, signal } = asked
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const ask = url.startsWith('https:') ? https.request : http.request
    const request = ask(url, {
      method,
      agent,
      maxHeaderSize: mostHeaderBytes,
      ...(signal && { signal }),
      headers: { 'User-Agent': 'Rollcall/1', ...headers, ...length },
    })
    const give = (problem: string) => request.destroy(new OutboundProblem(problem, true))
    const connecting = setTimeout(() => give('It could not be connected to within 5 seconds.'), connect)
    const answering = setTimeout(() => give('It did not answer within 10 seconds.'), answer)
    const connected = () => clearTimeout(connecting)
    request.on('socket', (socket) => {
      if (socket.connecting) socket.once(agent instanceof https.Agent ? 'secureConnect' : 'connect', connected)
      else connected()
    })
    request.on('response', (response) => {
      connected()
      readAnswer(response, asked).then(resolve, reject)
    })
    request.on('error', (error) => reject(problemOf(error)))
    request.on('close', () => {
      connected()
      clearTimeout(answering)
    })
    request.end(body)
  })
}

async function readAnswer(response: http.IncomingMessage, { mostBytes, cut }: Asked): Promise<Answer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      chunks.push(chunk)
      if (size > mostBytes) break
    }
  } catch (error) {
    throw problemOf(error as Error)
  }
  if (size > mostBytes && !cut) throw new OutboundProblem(`Its answer is longer than ${mostBytes / 1024} kB.`)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks).subarray(0, mostBytes),
  }
}

/** What mends itself, or the server's people soon will. */
const passing: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'Its name could not be looked up.',
  ECONNREFUSED: 'It refused the connection.',
  ECONNRESET: 'It ended the connection before it had answered.',
  EHOSTUNREACH: 'It cannot be reached.',
  ENETUNREACH: 'It cannot be reached.',
  ETIMEDOUT: 'It could not be connected to within 5 seconds.',
}

function notPublic(): OutboundProblem {
  return new OutboundProblem('It is not on the public internet.')
}

/** Nothing of our network's words gets out: not which address a name has, and not what is there. */
function problemOf(error: Error & { code?: string }): OutboundProblem {
  if (error instanceof OutboundProblem) return error
  if (/is not allowed\. Because/.test(error.message)) return notPublic()
  const code = error.code ?? ''
  if (code === 'ENOTFOUND') return new OutboundProblem('There is no server of that name.')
  if (/CERT|SSL|TLS|SIGNED/.test(code)) return new OutboundProblem('Its certificate is not valid.')
  const sentence = passing[code]
  return sentence
    ? new OutboundProblem(sentence, true)
    : new OutboundProblem('It did not answer in a way that could be understood.')
}
