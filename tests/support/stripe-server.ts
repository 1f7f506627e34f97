import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { StripeSettings } from '#server/billing/stripe-api.ts'
import {
  checkoutSession,
  customer,
  newStripeId,
  portalSession,
  prices,
  subscription,
  withItems,
  type Buying,
  type StripeSubscription,
} from './stripe-objects.ts'

/** One request: `params` as they came, by their bracketed names. */
type Asked = { method: string; path: string; params: Record<string, string>; key: string | undefined }
type Answer = { status: number; body: object; headers?: Record<string, string> }
/** `down` answers 503, `limited` 429, `nonsense` a page of a proxy, `drops` hangs up, `hangs` says nothing. */
export type Trouble = 'none' | 'down' | 'limited' | 'nonsense' | 'drops' | 'hangs'

export type StripeServer = {
  settings: StripeSettings
  /** What it was asked in this test. */
  asked: Asked[]
  /** Waits until it was asked so often. */
  until: (times: number) => Promise<void>
  /** What it does with every request from now on. */
  suffers: (trouble: Trouble) => void
  /** The next list of subscriptions is made, and sent only once it is released. */
  holdNextList: () => { made: Promise<void>; release: () => void }
  customers: () => string[]
  /** What people do on its own pages. */
  pay: (checkoutUrl: string) => StripeSubscription
  subscribe: (customerId: string, buying: Buying) => StripeSubscription
  change: (id: string, change: Partial<Buying> & Pick<Partial<StripeSubscription>, 'cancel_at'>) => StripeSubscription
  /** Deletes a customer, as in its dashboard. */
  remove: (customerId: string) => void
  /** As if this customer were another account's. */
  hide: (customerId: string) => void
  /** As if this customer had never bought anything. */
  forget: (customerId: string) => void
}

/** So many to a page, whatever is asked for: whoever reads no further than the first one is found out. */
const mostOnPage = 3

/** What speaks Stripe's API on this machine, for the test file's own: its shapes, its keys and its lists. */
export function useStripeServer(): () => StripeServer {
  const stripe = createStripe()
  const server = createServer((request, response) => void stripe.take(request, response))
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  beforeEach(() => {
    stripe.asked.splice(0)
    stripe.suffers('none')
  })
  afterAll(() => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return () => {
    const { port } = server.address() as AddressInfo
    const keys = { secretKey: 'sk_test_nobodyMaySeeThis', webhookSecret: 'whsec_nobodyMaySeeThisEither' }
    return { ...stripe, settings: { ...keys, prices, apiUrl: `http://127.0.0.1:${port}` } }
  }
}

type Made = { request: string; answer: Answer }

function createStripe() {
  const asked: Asked[] = []
  const news = new EventEmitter().setMaxListeners(0)
  const customers = new Map<string, object>()
  const deleted = new Set<string>()
  const sessions = new Map<string, { customer: string; buying: Buying }>()
  const subscriptions = new Map<string, StripeSubscription>()
  const made = new Map<string, Made>()
  let trouble: Trouble = 'none'
  let held: { made: () => void; released: Promise<void> } | null = null

  function subscribe(customerId: string, buying: Buying): StripeSubscription {
    const one = subscription(customerId, buying)
    subscriptions.set(one.id, one)
    return one
  }

  function answerTo({ method, path, params }: Asked): Answer {
    const [, , area, id] = path.split('/')
    if (method === 'POST' && path === '/v1/customers') return createCustomer(params)
    if (method === 'DELETE' && area === 'customers' && id) return deleteCustomer(id)
    if (method === 'GET' && area === 'customers' && id) return readCustomer(id)
    if (method === 'GET' && path === '/v1/subscriptions') return list(params)
    if (method === 'POST' && path === '/v1/checkout/sessions') return createCheckout(params)
    if (method === 'POST' && path === '/v1/billing_portal/sessions') return createPortal(params)
    return refused(404, { message: `Unrecognized request URL (${method}: ${path}).` })
  }

  function createCustomer({ email = '', name = '', 'metadata[rollcall_account]': account = '' }: Asked['params']) {
    const one = customer({ email, name, metadata: { rollcall_account: account } })
    customers.set(one.id, one)
    return done(one)
  }

  function deleteCustomer(id: string): Answer {
    if (!customers.delete(id)) return noSuch('customer', id, 404)
    for (const one of subscriptions.values()) if (one.customer === id) one.status = 'canceled'
    deleted.add(id)
    return readCustomer(id)
  }

  function readCustomer(id: string): Answer {
    if (deleted.has(id)) return done({ id, object: 'customer', deleted: true })
    const one = customers.get(id)
    return one ? done(one) : noSuch('customer', id, 404)
  }

  function list({ customer: id = '', starting_after: after, limit = '10' }: Asked['params']): Answer {
    if (!customers.has(id)) return noSuch('customer', id, 400)
    const all = [...subscriptions.values()].filter((one) => one.customer === id).reverse()
    const from = after === undefined ? 0 : all.findIndex((one) => one.id === after) + 1
    const data = all.slice(from, from + Math.min(Number(limit), mostOnPage))
    // as they are now, and no longer in the hands of whoever changes them next
    return done(structuredClone({ object: 'list', url: '/v1/subscriptions', has_more: from + data.length < all.length, data })) // prettier-ignore
  }

  function createCheckout(params: Asked['params']): Answer {
    const { customer: id = '', mode, success_url: successUrl = '', client_reference_id: reference = '' } = params
    if (!customers.has(id)) return noSuch('customer', id, 400)
    if (mode !== 'subscription') return refused(400, { message: 'Invalid mode.', param: 'mode' })
    const buying = boughtIn(params)
    if (!buying) return refused(400, { message: 'No such price', code: 'resource_missing', param: 'line_items[0][price]' }) // prettier-ignore
    const session = checkoutSession({ customer: id, successUrl, reference })
    sessions.set(session.url, { customer: id, buying })
    return done(session)
  }

  function createPortal({ customer: id = '', return_url: returnUrl = '' }: Asked['params']): Answer {
    return customers.has(id) ? done(portalSession({ customer: id, returnUrl })) : noSuch('customer', id, 400)
  }

  /** As Stripe does it: the same key gives the same answer, also to whoever asks meanwhile, and takes no other words. */
  function keyed(request: Asked): Answer {
    const { key, method, path, params } = request
    if (method !== 'POST' || key === undefined) return answerTo(request)
    const words = JSON.stringify([path, params])
    const earlier = made.get(key)
    if (earlier && earlier.request !== words)
      return refused(400, { type: 'idempotency_error', message: 'Keys for idempotent requests can only be used with the same parameters they were first used with.' }) // prettier-ignore
    if (earlier) return { ...earlier.answer, headers: { 'Idempotent-Replayed': 'true' } }
    const answer = answerTo(request)
    made.set(key, { request: words, answer })
    return answer
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const read = await readRequest(request)
    asked.push(read)
    const suffered = trouble
    news.emit('news')
    if (suffered === 'hangs') return
    if (suffered === 'drops') return void request.socket.destroy()
    if (suffered === 'nonsense')
      return void response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad</h1>')
    if (suffered !== 'none') return send(response, troubled[suffered])
    if (request.headers.authorization !== 'Bearer sk_test_nobodyMaySeeThis')
      return send(response, refused(401, { message: 'Invalid API Key provided' }))
    const answer = keyed(read)
    const holding = read.path === '/v1/subscriptions' ? held : null
    if (holding) {
      held = null
      holding.made()
      await holding.released
    }
    send(response, answer)
  }

  return {
    asked,
    take,
    subscribe,
    async until(times: number) {
      while (asked.length < times) await once(news, 'news')
    },
    suffers: (next: Trouble) => void (trouble = next),
    holdNextList() {
      let made: () => void = () => undefined
      let release: () => void = () => undefined
      const wasMade = new Promise<void>((resolve) => (made = resolve))
      held = { made, released: new Promise<void>((resolve) => (release = resolve)) }
      return { made: wasMade, release: () => release() }
    },
    customers: () => [...customers.keys()],
    pay(checkoutUrl: string) {
      const session = sessions.get(checkoutUrl)
      if (!session) throw new Error('There is no such page.')
      return subscribe(session.customer, session.buying)
    },
    change(id: string, { cancel_at: cancelAt, ...change }: Parameters<StripeServer['change']>[1]) {
      const one = subscriptions.get(id)
      if (!one) throw new Error('There is no such subscription.')
      withItems(one, change)
      if (cancelAt !== undefined) one.cancel_at = cancelAt
      return one
    },
    remove: (customerId: string) => void deleteCustomer(customerId),
    hide: (customerId: string) => void customers.delete(customerId),
    forget(customerId: string) {
      for (const one of [...subscriptions.values()]) if (one.customer === customerId) subscriptions.delete(one.id)
    },
  }
}

const troubled = {
  down: refused(503, { type: 'api_error', message: 'We are down, and so is ada@example.com.' }),
  limited: refused(429, { message: 'Request rate limit exceeded.', code: 'rate_limit' }),
} as const

function done(body: object): Answer {
  return { status: 200, body }
}

function refused(status: number, error: Record<string, string>): Answer {
  return { status, body: { error: { type: 'invalid_request_error', ...error } } }
}

function noSuch(what: string, id: string, status: number): Answer {
  return refused(status, { code: 'resource_missing', message: `No such ${what}: '${id}'`, param: what })
}

function boughtIn(params: Asked['params']): Buying | null {
  const items = [0, 1].flatMap((nth) => {
    const price = params[`line_items[${nth}][price]`]
    return price === undefined ? [] : [{ price, quantity: Number(params[`line_items[${nth}][quantity]`]) }]
  })
  const known: readonly string[] = Object.values(prices)
  return items.length > 0 && items.every(({ price }) => known.includes(price)) ? { items } : null
}

async function readRequest(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://stripe')
  const form = new URLSearchParams(Buffer.concat(chunks).toString())
  const key = request.headers['idempotency-key']
  return {
    method: request.method ?? '',
    path: pathname,
    params: Object.fromEntries([...searchParams, ...form]),
    key: Array.isArray(key) ? key[0] : key,
  }
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Request-Id': newStripeId('req'), ...headers })
    .end(JSON.stringify(body))
}
