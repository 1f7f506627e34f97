import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import path from 'node:path'
import { startPostgres } from '#server/embedded/postgres.ts'
import { freePort } from './ports.ts'
import { spawnRedis } from './redis-server.ts'

/**
 * Two nodes on one PostgreSQL and one Redis behind a proxy that deals connections out by turns, without sticky sessions,
 * to the nodes that are ready: `npm run cluster`. `PORT` is the proxy's, `DATA_DIR` where data is kept; Ctrl-C ends
 * everything.
 */
const port = Number(process.env['PORT'] ?? 3000)
const folder = path.resolve(process.env['DATA_DIR'] ?? '.rollcall/cluster')
mkdirSync(folder, { recursive: true })
const nodePorts = [await freePort(), await freePort()]
let ending = false
let turn = 0
const processes: ChildProcess[] = []
const ready = new Set<number>()

// on this machine alone: to the nodes everybody behind it is a neighbour on loopback, who may see the mailbox
const proxy = createServer({ pauseOnConnect: true }, (client) => {
  client.on('error', () => undefined)
  deal(client, nodePorts.length)
})
await once(proxy.listen(port, '127.0.0.1'), 'listening')
const front = (proxy.address() as AddressInfo).port
const redisPort = await freePort()
const database = await startPostgres({ dataDir: folder })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end())
// each in a group of its own: a terminal's Ctrl-C reaches this program alone, which ends the others in order
const redis = spawnRedis(redisPort, { detached: true })
redis.stdout?.resume()
processes.push(redis)

for (const nodePort of nodePorts) {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOST: '127.0.0.1',
    PORT: String(nodePort),
    PUBLIC_URL: `http://localhost:${front}`,
    DATABASE_URL: database.url,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    DATA_DIR: folder,
    LOG_LEVEL: 'warn',
  }
  const words = ['--enable-source-maps', 'dist/server/main.js']
  processes.push(spawn(process.execPath, words, { env, stdio: 'inherit', detached: true }))
  await becomesReady(nodePort)
  look(nodePort)
}
process.stdout.write(`\n  Two nodes, at ${nodePorts.join(' and ')}, behind http://localhost:${front}\n\n`)

/** Connects a client to the next node that is ready; to another one where that is not there any more. */
function deal(client: Socket, tries: number): void {
  const open = nodePorts.filter((one) => ready.has(one))
  const nodePort = open[turn++ % (open.length || 1)]
  if (nodePort === undefined || tries === 0) {
    client.destroy()
    return
  }
  const node = connect(nodePort, '127.0.0.1')
  const elsewhere = (): void => {
    ready.delete(nodePort)
    deal(client, tries - 1)
  }
  node.once('error', elsewhere)
  node.once('connect', () => {
    node.off('error', elsewhere)
    node.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.on('close', () => node.destroy())
    client.pipe(node).pipe(client)
  })
}

/** Looks twice a second whether a node is ready. */
function look(nodePort: number): void {
  const asked = fetch(`http://127.0.0.1:${nodePort}/readyz`, { signal: AbortSignal.timeout(2_000) })
  void asked
    .then(({ ok }) => (ok ? ready.add(nodePort) : ready.delete(nodePort)))
    .catch(() => ready.delete(nodePort))
    .then(() => setTimeout(() => look(nodePort), 500).unref())
}

async function end(): Promise<void> {
  if (ending) return
  ending = true
  proxy.close()
  for (const child of processes.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  await database.stop()
  process.exit(0)
}

async function becomesReady(nodePort: number): Promise<void> {
  for (let tries = 0; tries < 600 && !ready.has(nodePort); tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${nodePort}/readyz`).catch(() => null)
    if (answer?.ok) ready.add(nodePort)
    else await new Promise((resolve) => setTimeout(resolve, 100))
  }
  if (!ready.has(nodePort)) throw new Error(`The node at ${nodePort} did not get ready within a minute.`)
}
