import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { childrenOf, statusOf } from './processes.ts'
import { startTopology } from './topology.ts'

test.each([
  ['ends at once', 'process.stderr.write("no luck\\n"); process.exit(3)', /^Node a did not get ready: no luck$/],
  ['never gets ready', 'setInterval(() => undefined, 1000)', /^Node a did not get ready/],
])('a start whose node %s fails and leaves nothing', async (_, source, complaint) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-program-'))
  const program = path.join(folder, 'main.mjs')
  await writeFile(program, source)
  const before = left()
  await expect(startTopology({ program, durable: false, patience: 1_000 })).rejects.toThrow(complaint)
  expect(left()).toEqual(before)
  await rm(folder, { recursive: true })
})

test('a node that does not come back is ended, and the rest goes on', async () => {
  const { nodes, stop } = await startTopology({ nodes: 1, durable: false })
  const [node] = nodes
  await node?.kill()
  await expect(node?.start({ LOG_LEVEL: 'loud' })).rejects.toThrow(/The setting LOG_LEVEL is wrong/)
  expect(node?.running()).toBe(false)
  await node?.start()
  expect(node?.running()).toBe(true)
  await stop()
})

test('stop leaves no process and no folder, also of what is killed or paused', async () => {
  const before = left()
  const { nodes, redis, postgres, stop } = await startTopology({ durable: false })
  expect(left()).not.toEqual(before)
  await nodes[0]?.kill()
  nodes[1]?.pause()
  redis.pause()
  await postgres.kill()
  await stop()
  await stop()
  expect(left()).toEqual(before)
})

/** What we have started and left: our children, PostgreSQL, which is nobody's, and folders. */
function left() {
  const ours = `rollcall-faults-${process.pid}-`
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return {
    children: childrenOf(process.pid),
    servers: all.filter((pid) => statusOf(pid) && commandOf(pid).includes(ours)),
    folders: readdirSync(tmpdir()).filter((name) => name.startsWith(ours)),
  }
}

function commandOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
