import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test, vi } from 'vitest'
import { ask } from '../faults/ask.ts'
import { childrenOf, statusOf } from '../faults/processes.ts'
import { newCaller } from '../support/caller.ts'
import { postgresOf } from '../support/program.ts'

const soon = { timeout: 60_000, interval: 100 }
vi.setConfig({ testTimeout: 180_000 })

test('npm run cluster: either node serves behind the one address, the other goes on alone, and SIGTERM ends everything', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-cluster-'))
  const program = spawn(process.execPath, ['--import', 'tsx', 'tests/support/run-cluster.ts'], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', DATA_DIR: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(program, 'exit')
  const pid = program.pid ?? 0
  try {
    const [ports, front] = await addresses(program.stdout)
    const place = { host: `localhost:${front}`, origin: `http://localhost:${front}` }
    const ada = await newCaller(place, { port: front })
    const live = await ada.live({ port: front })
    const watched = await live.watch(ada.stream)
    let position = watched.ok ? watched.position : Number.NaN
    // at either node, whichever the socket is at
    for (const port of ports) {
      expect((await ada.invite({ port }, `${port}@example.com`)).status).toBe(201)
      await live.untilPosition(ada.stream, (position += 1))
    }
    const [first] = childrenOf(pid).filter(isNode)
    process.kill(first ?? 0, 'SIGKILL')
    for (let times = 0; times < 10; times += 1) {
      const invited = () => ada.invite({ port: front }, `again.${times}@example.com`).then(({ status }) => status, () => 0)
      await expect.poll(invited, soon).toBe(201)
    }
    const again = await ada.live({ port: front })
    expect(await again.watch(ada.stream)).toMatchObject({ ok: true, position: position + 10 })
    expect((await ask(front, '/readyz')).status).toBe(200)
    live.close()
    again.close()
  } finally {
    const all = [pid, ...childrenOf(pid), postgresOf(folder) ?? 0].filter((one) => one > 0)
    program.kill('SIGTERM')
    await ended
    expect(all.filter((one) => statusOf(one))).toEqual([])
    await rm(folder, { recursive: true, force: true })
  }
}) // prettier-ignore

async function addresses(output: NodeJS.ReadableStream): Promise<[number[], number]> {
  for await (const line of createInterface({ input: output })) {
    const [, one, other, front] = /Two nodes, at (\d+) and (\d+), behind http:\/\/localhost:(\d+)/.exec(line) ?? []
    if (front === undefined) continue
    output.resume()
    return [[Number(one), Number(other)], Number(front)]
  }
  throw new Error('The cluster ended before it ran.')
}

function isNode(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dist/server/main.js')
}
