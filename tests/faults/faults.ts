import { setTimeout as pause } from 'node:timers/promises'
import path from 'node:path'
import { createClient } from 'redis'
import { WebSocket } from 'ws'
import { streamKinds, streamOf, type StreamKind } from '#shared/protocol/streams.ts'
import type { KillableRedis } from '../support/killable-redis.ts'
import type { Fault } from './fault.ts'
import type { ClusterNode, Topology } from './topology.ts'
import type { World } from './world.ts'

const everything = ['I1', 'I2', 'I3', 'I4'] as const

export const faults: readonly Fault[] = [
  {
    id: 'F0',
    title: 'nothing',
    exercises: ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I11', 'I12', 'I13', 'I14', 'I16'],
    strike: () => pause(5_000),
  },
  {
    id: 'F1',
    title: 'kill -9 of a node',
    exercises: [...everything, 'I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I13', 'I16'],
    async strike(topology, world) {
      const node = world.random.pick(topology.nodes)
      await node.kill()
      await pause(300)
      await node.start()
    },
  },
  {
    id: 'F2',
    title: 'SIGTERM of a node',
    exercises: ['I7', 'I9', 'I10', 'I13', 'I14', 'I15', 'I16'],
    graceful: true,
    strike: async (topology, world) => restart(world.random.pick(topology.nodes)),
  },
  {
    id: 'F3',
    title: 'SIGSTOP of a node for 6 s',
    exercises: ['I5', 'I9', 'I10', 'I11', 'I13', 'I14'],
    standsStill: true,
    async strike(topology, world) {
      const node = world.random.pick(topology.nodes)
      node.pause()
      await pause(6_000)
      node.resume()
    },
  },
  {
    id: 'F4',
    title: 'kill -9 of PostgreSQL',
    exercises: [...everything, 'I7', 'I8', 'I9', 'I10', 'I12', 'I13', 'I14', 'I16'],
    async strike({ postgres }) {
      await postgres.kill()
      await pause(500)
      await postgres.start()
    },
  },
  {
    id: 'F5',
    title: 'PostgreSQL in a black hole for 5 s',
    exercises: ['I7', 'I12', 'I13', 'I14'],
    strike: ({ nodes }) => during(nodes, 5_000, ({ proxies }) => proxies.database.blackHole()),
  },
  {
    id: 'F6',
    title: 'connections cut behind a COMMIT',
    exercises: [...everything, 'I7', 'I8', 'I9', 'I16'],
    strike: ({ nodes }, { random }) =>
      during(nodes, 3_000, ({ proxies }) => proxies.database.cutAfter('commit', () => random.chance(0.5))),
  },
  {
    id: 'F7',
    title: 'PostgreSQL 50 to 250 ms away',
    exercises: ['I5', 'I9', 'I10', 'I14'],
    strike: ({ nodes }, { random }) =>
      during(nodes, 3_000, ({ proxies }) => proxies.database.delay(25, 100, random.next)),
  },
  {
    id: 'F8',
    title: 'a full pool: the members locked by an outside session for 3 s',
    exercises: ['I1', 'I4', 'I13', 'I14'],
    strike: (topology) => locked(topology, 3_000, 'lock table members in access exclusive mode'),
  },
  {
    id: 'F9',
    title: 'every account locked by an outside session for 3 s',
    exercises: ['I1', 'I4', 'I13', 'I14'],
    strike: (topology) => locked(topology, 3_000, 'select id from accounts for update'),
  },
  {
    id: 'F10',
    title: 'kill -9 of Redis',
    exercises: ['I5', 'I6', 'I9', 'I10', 'I11', 'I12', 'I13', 'I14'],
    async strike({ redis }) {
      await redis.kill()
      await pause(2_500)
      await redis.start()
    },
  },
  {
    id: 'F11',
    title: 'Redis 1.5 s away from one node',
    exercises: ['I5', 'I6', 'I9', 'I10', 'I11', 'I12', 'I13', 'I14'],
    strike: ({ nodes }, { random }) =>
      during([random.pick(nodes)], 4_000, ({ proxies }) => proxies.redis.delay(1_500, 300, random.next)),
  },
  {
    id: 'F12',
    title: 'Redis emptied, hung and flapping',
    exercises: ['I5', 'I6', 'I9', 'I10', 'I11', 'I12', 'I13', 'I14'],
    async strike({ redis, nodes }) {
      await redis.command('FLUSHALL')
      redis.pause()
      await pause(2_000)
      redis.resume()
      for (let times = 0; times < 6; times += 1) {
        for (const { proxies } of nodes) proxies.redis.cut()
        await pause(250)
      }
    },
  },
  {
    id: 'F13',
    title: 'SMTP that refuses, drops after delivery, is slow',
    exercises: ['I8', 'I13', 'I16'],
    async strike({ mail }) {
      for (const how of ['refuses', 'drops', 'slow'] as const) {
        mail.behave(how)
        await pause(1_200)
      }
      mail.behave('well')
    },
  },
  {
    id: 'F14',
    title: 'clients half open, then all of them back at once',
    exercises: ['I5', 'I9', 'I10', 'I13', 'I14'],
    standsStill: true,
    async strike({ nodes }, { random }) {
      await during([random.pick(nodes)], 3_000, ({ proxies }) => proxies.client.blackHole())
      for (const { proxies } of nodes) proxies.client.cut()
      await pause(1_000)
    },
  },
  {
    id: 'F15',
    title: 'every other request sent to both nodes at once',
    exercises: [...everything, 'I8', 'I9', 'I16'],
    twice: true,
    strike: () => pause(3_000),
  },
  {
    id: 'F16',
    title: 'clocks eight days ahead and a day behind',
    exercises: ['I4', 'I11'],
    graceful: true,
    async strike({ nodes }) {
      const day = 86_400_000
      const shifts = [8 * day, -day]
      const options = `--import=${path.resolve('tests/faults/shifted-clock.mjs')}`
      for (const [n, node] of nodes.entries()) {
        await restart(node, { NODE_OPTIONS: options, CLOCK_SHIFT_MS: String(shifts[n % shifts.length]) })
      }
      await pause(2_500)
      for (const node of nodes) await restart(node)
    },
  },
  {
    id: 'F17',
    title: 'both nodes stall, again and again',
    exercises: ['I9', 'I10', 'I14'],
    async strike({ nodes }) {
      for (let times = 0; times < 3; times += 1) {
        for (const node of nodes) node.pause()
        await pause(500)
        for (const node of nodes) node.resume()
        await pause(300)
      }
    },
  },
  {
    id: 'F18',
    title: 'clients that do not read',
    exercises: ['I5', 'I9', 'I10', 'I13', 'I14'],
    async strike({ nodes, host, origin }, { owners, places, headersOf }) {
      const sockets = nodes.flatMap(({ port }) =>
        owners.map((owner) => {
          const headers = { ...headersOf(owner), Host: host, Origin: origin }
          const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, { headers })
          socket.on('error', () => undefined)
          socket.on('message', (text: Buffer) => {
            if (String(text).startsWith('0')) socket.send('40')
            if (!String(text).startsWith('40')) return
            for (const { id } of places) socket.send(`420["watch",{"stream":"workspace:${id}"}]`)
            socket.pause()
          })
          return socket
        }),
      )
      await pause(4_000)
      for (const socket of sockets) socket.terminate()
    },
  },
  {
    id: 'F19',
    title: 'a rolling deploy',
    exercises: [...everything, 'I5', 'I6', 'I7', 'I9', 'I10', 'I13', 'I15'],
    graceful: true,
    async strike({ nodes }) {
      for (const node of nodes) await restart(node)
    },
  },
  {
    id: 'F20',
    title: 'hints lost, repeated and out of order',
    exercises: ['I5', 'I9', 'I10', 'I11'],
    strike: scrambleHints,
  },
]

async function restart(node: ClusterNode, env?: Record<string, string>): Promise<void> {
  const end = await node.terminate()
  if (end !== 0) throw new Error(`Node ${node.name} ended with ${end}.`)
  await node.start(env)
}

async function during(nodes: ClusterNode[], milliseconds: number, break_: (node: ClusterNode) => void): Promise<void> {
  nodes.forEach(break_)
  await pause(milliseconds)
  for (const { proxies } of nodes) for (const proxy of Object.values(proxies)) proxy.pass()
}

async function locked({ postgres }: Topology, milliseconds: number, statement: string): Promise<void> {
  await postgres.owner.begin(async (tx) => {
    await tx.unsafe(statement)
    await pause(milliseconds)
  })
}

/** Mostly the workspaces': what goes on below one must not overtake a removal there that nobody was told of. */
const losable: readonly StreamKind[] = ['workspace', 'workspace', 'workspace', 'agent', 'conversation']

/**
 * Subscriptions are cut again and again, hints of one kind of stream are lost while the others arrive, and what was
 * published comes a second time, backwards.
 */
async function scrambleHints({ redis }: Topology, { places, visitors, random }: World): Promise<void> {
  const client = await createClient({ url: redis.url }).connect()
  const listener = await createClient({ url: redis.url }).connect()
  listener.on('error', () => undefined)
  const heard: { channel: string; message: string }[] = []
  const own = new Set<string>()
  const streams = [
    ...places.map(({ id }) => streamOf('workspace', id)),
    ...visitors.flatMap(({ conversations }) => conversations.map((id) => streamOf('conversation', id))),
  ]
  for (const stream of streams) {
    await listener.sSubscribe(`rollcall:${stream}`, (message, channel) => {
      if (!own.has(message)) heard.push({ channel, message })
    })
  }
  for (let times = 0; times < 15; times += 1) {
    if (times % 3 === 0) await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
    await withoutHintsOf(random.pick(losable), redis, 300)
    for (const { channel, message } of [...heard].reverse().slice(0, 20)) {
      own.add(message)
      if (random.chance(0.7)) await client.sPublish(channel, message)
    }
  }
  listener.destroy()
  client.destroy()
}

/** Redis refuses to publish on the channels of these streams only; whoever is subscribed to them stays so. */
async function withoutHintsOf(kind: StreamKind, redis: KillableRedis, milliseconds: number): Promise<void> {
  const others = streamKinds.filter((other) => other !== kind).map((other) => `&rollcall:${other}:*`)
  await redis.command('ACL', 'SETUSER', 'default', '-spublish', `(+spublish resetchannels ${others.join(' ')})`)
  await pause(milliseconds)
  await redis.command('ACL', 'SETUSER', 'default', '+spublish', 'clearselectors')
}
