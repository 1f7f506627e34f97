import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { ask } from './ask.ts'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'
import { postgresReading } from './reading.ts'
import { atPort, freePort } from '../support/ports.ts'
import { until } from './processes.ts'

export type ClusterNode = {
  /** 'a', 'b', … */
  name: string
  /** Where clients go: the client-side proxy, over all of its lives. */
  port: number
  /** `http://localhost:<port>`; requests carry the topology's `host` and `origin` all the same. */
  url: string
  proxies: Proxies
  /** With these settings for one life; resolves when `/readyz` answers 200 on its own port. */
  start: (env?: Record<string, string>) => Promise<void>
  /** SIGKILL; waits for the end. */
  kill: () => Promise<void>
  /** SIGTERM; answers the exit code, or the name of the signal that ended it. */
  terminate: () => Promise<number | string>
  /** SIGSTOP. */
  pause: () => void
  /** SIGCONT. */
  resume: () => void
  running: () => boolean
  /** How it is, for who reads of a failure. */
  state: () => string
  /** The lines of its error output, over all of its lives. */
  complaints: string[]
  /** What `/metrics` answers. */
  metrics: () => Promise<string>
}

type Proxies = { client: FaultProxy; database: FaultProxy; redis: FaultProxy; smtp: FaultProxy }
type Life = { child: ChildProcess; ended: Promise<number | string>; port: number; metricsPort: number }
type Peers = { databaseUrl: string; redisUrl: string; smtpUrl: string }

export type NodePlan = Peers & {
  name: string
  program: string
  /** How long a start may take, in milliseconds. */
  patience: number
  env: () => Record<string, string>
}

/** A node that has never run yet, with its proxies in front of it and behind it. `close` ends all of that. */
export async function createNode(plan: NodePlan): Promise<{ node: ClusterNode; close: () => Promise<void> }> {
  const { name, program, patience, databaseUrl, redisUrl, smtpUrl } = plan
  let life: Life | null = null
  const complaints: string[] = []
  // nobody listens at port 0, where a node that does not run is looked for
  const proxies: Proxies = {
    client: await startFaultProxy(() => (isRunning(life) ? life.port : 0)),
    database: await startFaultProxy(() => Number(new URL(databaseUrl).port), postgresReading),
    redis: await startFaultProxy(() => Number(new URL(redisUrl).port)),
    smtp: await startFaultProxy(() => Number(new URL(smtpUrl).port)),
  }

  /** A port of its own for each life: somebody else may have taken the former one meanwhile. */
  async function begin(env: Record<string, string>): Promise<Life> {
    const [port, metricsPort] = [await freePort(), await freePort()]
    const child = spawn(process.execPath, ['--enable-source-maps', program], {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOST: '127.0.0.1',
        PORT: String(port),
        METRICS_PORT: String(metricsPort),
        LOG_LEVEL: 'error',
        SECRET_KEY: 'a key that only tests use, 32 letters',
        // clients tell their addresses themselves
        TRUSTED_PROXIES: '127.0.0.1',
        DATABASE_URL: atPort(databaseUrl, proxies.database.port),
        REDIS_URL: atPort(redisUrl, proxies.redis.port),
        SMTP_URL: atPort(smtpUrl, proxies.smtp.port),
        ...plan.env(),
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line))
    const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? 'unknown')
    return { child, ended, port, metricsPort }
  }

  async function end(signal: NodeJS.Signals): Promise<number | string> {
    if (!life) throw new Error(`Node ${name} has never run.`)
    if (isRunning(life)) life.child.kill(signal)
    return life.ended
  }

  const node: ClusterNode = {
    name,
    port: proxies.client.port,
    url: `http://localhost:${proxies.client.port}`,
    proxies,
    complaints,
    running: () => isRunning(life),
    state() {
      const { exitCode = null, signalCode = null } = life?.child ?? {}
      const ended = exitCode ?? signalCode
      return `Node ${name} ${ended === null ? 'runs' : `has ended: ${ended}`}. ${complaints.slice(-40).join(' ')}`
    },
    async start(env = {}) {
      if (isRunning(life)) throw new Error(`Node ${name} runs already.`)
      const before = complaints.length
      const started = await begin(env)
      life = started
      if (await becomesReady(started, patience)) return
      await end('SIGKILL')
      throw new Error(`Node ${name} did not get ready: ${complaints.slice(before).join('\n')}`)
    },
    kill: async () => void (life && (await end('SIGKILL'))),
    terminate: () => end('SIGTERM'),
    pause: () => void (isRunning(life) && life.child.kill('SIGSTOP')),
    resume: () => void (isRunning(life) && life.child.kill('SIGCONT')),
    async metrics() {
      if (!isRunning(life)) throw new Error(`Node ${name} does not run.`)
      return (await ask(life.metricsPort, '/metrics')).text
    },
  }
  async function close(): Promise<void> {
    await node.kill()
    await Promise.all(Object.values(proxies).map((proxy) => proxy.close()))
  }
  return { node, close }
}

function isRunning(life: Life | null): life is Life {
  return life !== null && life.child.exitCode === null && life.child.signalCode === null
}

async function becomesReady(life: Life, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience
  let ready = false
  await until(async () => {
    const answer = await ask(life.port, '/readyz', { timeout: 2_000 }).catch(() => null)
    ready = answer?.status === 200
    return ready || !isRunning(life) || Date.now() > deadline
  })
  return ready
}
