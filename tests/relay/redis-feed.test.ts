import { EventEmitter, once } from 'node:events'
import { createClient } from 'redis'
import { afterEach, expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import type { Appended } from '#server/core/event-log.ts'
import { createLog } from '#server/log.ts'
import { connectRedis } from '#server/redis/connect.ts'
import { redisFeed } from '#server/relay/redis-feed.ts'
import { useRedis } from '../support/redis.ts'

const redis = useRedis()
const opened: { close: () => void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

test('what one node publishes the other hears, as it was, one turn’s in one message; its own sockets without Redis', async () => {
  const [a, b] = [await open(), await open()]
  const stream = newStream()
  for (const { feed } of [a, b]) feed.follow(stream)
  await expect.poll(() => redis().channels()).toContain(`rollcall:${stream}`)
  await expect.poll(() => subscribers(stream)).toBe(2)
  const first = appended(stream, 1)
  const second = appended(stream, 2)
  a.feed.publish([first, second])
  expect(a.heard).toEqual([first, second])
  await b.until(1)
  expect(b.heard).toEqual([{ stream, events: [...first.events, ...second.events] }])
  // an echo of its own would have come before this
  b.feed.publish([appended(stream, 3)])
  await a.until(3)
  expect(a.heard).toEqual([first, second, appended(stream, 3)])
})

test('a stream that nobody here follows is not heard, nor one that is followed no more', async () => {
  const [a, b] = [await open(), await open()]
  const [kept, left] = [newStream(), newStream()]
  for (const stream of [kept, left]) b.feed.follow(stream)
  await expect.poll(() => subscribers(left)).toBe(1)
  b.feed.unfollow(left)
  await expect.poll(() => subscribers(left)).toBe(0)
  // left and come back to at once: the last word counts
  for (let n = 0; n < 20; n += 1) {
    b.feed.unfollow(kept)
    b.feed.follow(kept)
  }
  await expect.poll(() => subscribers(kept)).toBe(1)
  a.feed.publish([appended(left, 1), appended(kept, 1)])
  await b.until(1)
  expect(b.heard).toEqual([appended(kept, 1)])
})

test('a message that is none of ours harms nobody', async () => {
  const [a, b] = [await open(), await open()]
  const stream = newStream()
  b.feed.follow(stream)
  await expect.poll(() => subscribers(stream)).toBe(1)
  const client = await createClient({ url: redis().url }).connect()
  for (const message of ['', '{', 'x'.repeat(100)]) await client.sPublish(`rollcall:${stream}`, message)
  client.destroy()
  a.feed.publish([appended(stream, 1)])
  await b.until(1)
  expect(b.heard).toEqual([appended(stream, 1)])
})

test('without Redis nothing waits and nothing throws; it says so, and comes back with what is followed by then', async () => {
  await redis().kill()
  const [a, b] = [await open('down'), await open('down')]
  const stream = newStream()
  b.feed.follow(stream)
  a.feed.follow(stream)
  a.feed.publish([appended(stream, 1)])
  expect(a.heard).toEqual([appended(stream, 1)])
  await redis().start()
  await expect.poll(() => subscribers(stream), { timeout: 15_000 }).toBe(2)
  await expect.poll(() => a.redis.isReady(), { timeout: 15_000 }).toBe(true)
  a.feed.publish([appended(stream, 2)])
  await b.until(1)
  expect(b.heard).toEqual([appended(stream, 2)])
})

test('a stream that is left while Redis is away is not subscribed to when it is back', async () => {
  const { feed, redis: client } = await open()
  const [kept, left] = [newStream(), newStream()]
  for (const stream of [kept, left]) feed.follow(stream)
  for (const stream of [kept, left]) await expect.poll(() => subscribers(stream)).toBe(1)
  await redis().kill()
  await expect.poll(() => client.isReady()).toBe(false)
  feed.unfollow(left)
  await redis().start()
  await expect.poll(() => subscribers(kept), { timeout: 15_000 }).toBe(1)
  await expect.poll(() => subscribers(left)).toBe(0)
})

async function open(state: 'up' | 'down' = 'up') {
  const log = createLog('silent')
  const client = connectRedis(redis().url, log)
  opened.push(client)
  const feed = redisFeed(client, log)
  await expect.poll(() => client.isReady()).toBe(state === 'up')
  const heard: Appended[] = []
  const news = new EventEmitter()
  feed.listen((one) => void (heard.push(one), news.emit('news')))
  return {
    feed,
    redis: client,
    heard,
    async until(count: number): Promise<void> {
      while (heard.length < count) await once(news, 'news')
    },
  }
}

async function subscribers(stream: string): Promise<number> {
  const client = await createClient({ url: redis().url }).connect()
  const counts = await client.pubSubShardNumSub([`rollcall:${stream}`])
  client.destroy()
  return Number(counts[`rollcall:${stream}`] ?? 0)
}

function newStream() {
  return streamOf('workspace', crypto.randomUUID())
}

function appended(stream: Appended['stream'], position: number): Appended {
  const event = {
    position,
    type: 'workspace.renamed',
    at: '2026-11-24T00:00:00.000Z',
    actor: null,
    data: {},
    revokes: null,
  }
  return { stream, events: [event as unknown as Appended['events'][number]] }
}
