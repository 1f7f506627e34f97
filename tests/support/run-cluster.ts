import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { startPostgres } from '#server/embedded/postgres.ts'
import { findProgram } from './find-program.ts'

/**
 * Two nodes on one PostgreSQL and one Redis behind a proxy that deals connections out by turns, without sticky sessions:
 * `npm run cluster`. Data is kept below `.rollcall/cluster`; Ctrl-C ends everything.
 */
const port = Number(process.env['PORT'] ?? 3000)
const [redisPort, ...nodePorts] = [port + 10, port + 1, port + 2]
const folder = path.resolve('.rollcall/cluster')
mkdirSync(folder, { recursive: true })
const database = await startPostgres({ dataDir: folder })
const processes: ChildProcess[] = []

const redis = findProgram({ setting: 'REDIS_SERVER_PATH', names: ['redis-server'], debianPackage: 'redis-server' })
run(redis, ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {}, 'ignore')
for (const nodePort of nodePorts) {
  run(process.execPath, ['--enable-source-maps', 'dist/server/main.js'], {
    HOST: '127.0.0.1',
    PORT: String(nodePort),
    PUBLIC_URL: `http://localhost:${port}`,
    DATABASE_URL: database.url,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    DATA_DIR: folder,
    LOG_LEVEL: 'warn',
  })
  await ready(nodePort)
}

let turn = 0
const proxy = createServer((client) => {
  const node = connect(nodePorts[turn++ % nodePorts.length] ?? port, '127.0.0.1')
  client.pipe(node).pipe(client)
  client.on('error', () => node.destroy())
  node.on('error', () => client.destroy())
}).listen(port)
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

/** In a group of its own, so that a terminal's Ctrl-C reaches this program alone, which ends the others in order. */
function run(program: string, words: string[], env: Record<string, string>, output: 'ignore' | 'inherit' = 'inherit') {
  const own = { PATH: process.env['PATH'] ?? '', ...env }
  processes.push(spawn(program, words, { env: own, stdio: ['ignore', output, 'inherit'], detached: true }))
}

async function ready(nodePort: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${nodePort}/readyz`).catch(() => null)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`The node at ${nodePort} did not get ready within 20 seconds.`)
}
