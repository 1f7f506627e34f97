import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { startPostgres } from '#server/embedded/postgres.ts'
import { spawnRedis } from './redis-server.ts'

/**
 * Two nodes on one PostgreSQL and one Redis behind a proxy that deals connections out by turns, without sticky sessions:
 * `npm run cluster`. Data is kept below `.rollcall/cluster`; Ctrl-C ends everything.
 */
const port = Number(process.env['PORT'] ?? 3000)
const nodePorts = [port + 1, port + 2]
const redisPort = port + 10
const folder = path.resolve('.rollcall/cluster')
mkdirSync(folder, { recursive: true })
const database = await startPostgres({ dataDir: folder })
// each in a group of its own: a terminal's Ctrl-C reaches this program alone, which ends the others in order
const redis = spawnRedis(redisPort, { detached: true })
redis.stdout?.resume()
const processes: ChildProcess[] = [redis]

for (const nodePort of nodePorts) {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOST: '127.0.0.1',
    PORT: String(nodePort),
    PUBLIC_URL: `http://localhost:${port}`,
    DATABASE_URL: database.url,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    DATA_DIR: folder,
    LOG_LEVEL: 'warn',
  }
  const words = ['--enable-source-maps', 'dist/server/main.js']
  processes.push(spawn(process.execPath, words, { env, stdio: 'inherit', detached: true }))
  await ready(nodePort)
}

let turn = 0
// on this machine alone: to the nodes everybody behind it is a neighbour on loopback, who may see the mailbox
const proxy = createServer((client) => {
  const node = connect(nodePorts[turn++ % nodePorts.length] ?? port, '127.0.0.1')
  client.pipe(node).pipe(client)
  client.on('error', () => node.destroy())
  node.on('error', () => client.destroy())
}).listen(port, '127.0.0.1')
await once(proxy, 'listening')
process.stdout.write(`\n  Two nodes, at ${nodePorts.join(' and ')}, behind http://localhost:${port}\n\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end())

async function end(): Promise<void> {
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

async function ready(nodePort: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${nodePort}/readyz`).catch(() => null)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`The node at ${nodePort} did not get ready within 20 seconds.`)
}
