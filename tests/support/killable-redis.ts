import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createClient } from 'redis'
import { spawnRedis } from './redis-server.ts'
import { freePort } from './ports.ts'

export type KillableRedis = {
  url: string
  /** Ends it without a word, with everything that it holds. */
  kill: () => Promise<void>
  /** Starts it anew at the same address, empty. */
  start: () => Promise<void>
  pause: () => void
  resume: () => void
  /** The streams' channels that somebody is subscribed to. */
  channels: () => Promise<string[]>
  /** On a connection of its own. */
  command: (...words: string[]) => Promise<unknown>
}

export async function startKillableRedis(): Promise<KillableRedis> {
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let child: ChildProcess | null = null
  const redis = {
    url,
    async start() {
      const started = spawnRedis(port)
      child = started
      for await (const line of createInterface({ input: started.stdout ?? process.stdin })) {
        if (!line.includes('Ready to accept connections')) continue
        started.stdout?.resume()
        return
      }
      throw new Error('Redis ended before it took connections.')
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    channels: async () =>
      ((await redis.command('PUBSUB', 'SHARDCHANNELS', 'rollcall:*')) as unknown as string[]).sort(),
    async command(...words: string[]) {
      const client = createClient({ url, socket: { reconnectStrategy: false } }).on('error', () => undefined)
      await client.connect()
      return client.sendCommand(words).finally(() => client.destroy())
    },
  }
  await redis.start()
  return redis
}
