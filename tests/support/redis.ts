import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createClient } from 'redis'
import { afterAll, beforeAll } from 'vitest'
import { freePort } from './program.ts'
import { spawnRedis } from './redis-server.ts'

export type RedisPeer = {
  url: string
  /** The streams' channels that somebody is subscribed to. */
  channels: () => Promise<string[]>
  /** Ends it without a word, with everything that it holds. */
  kill: () => Promise<void>
  /** Starts it anew at the same address, empty. */
  start: () => Promise<void>
}

/** A real Redis of the test file's own. */
export function useRedis(): () => RedisPeer {
  let peer: RedisPeer | undefined
  beforeAll(async () => {
    peer = await createPeer()
    await peer.start()
  })
  afterAll(() => peer?.kill())
  return () => {
    if (!peer) throw new Error('Redis starts before the first test.')
    return peer
  }
}

async function createPeer(): Promise<RedisPeer> {
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let child: ChildProcess | null = null
  return {
    url,
    async channels() {
      const client = await createClient({ url }).connect()
      const channels = await client.pubSubShardChannels('rollcall:*')
      client.destroy()
      return channels.sort()
    },
    async start() {
      child = spawnRedis(port)
      for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
        if (line.includes('Ready to accept connections')) break
      }
      child.stdout?.resume()
    },
    async kill() {
      if (!child || child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      child = null
      await ended
    },
  }
}
