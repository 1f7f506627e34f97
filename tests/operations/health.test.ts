import { expect, test } from 'vitest'
import type { TestNode } from '../support/node.ts'
import { newPerson } from '../support/people.ts'
import { connectLive } from '../support/live.ts'
import { freePort } from '../support/ports.ts'
import { postgresOf, useProgram } from '../support/program.ts'

const { folder, start } = useProgram()

test('178 /healthz says that the process is up, /readyz names each dependency, and neither tells a version', async () => {
  const port = await start({ DATA_DIR: await folder() }).port()
  const health = await ask(port, '/healthz')
  expect(health).toMatchObject({ status: 200, body: '{"status":"up"}' })
  const ready = await ask(port, '/readyz')
  expect(ready.status).toBe(200)
  expect(JSON.parse(ready.body)).toEqual({ status: 'ready', database: 'up', redis: 'not configured' })
  for (const { body, headers } of [health, ready]) {
    expect(body + [...headers].join()).not.toMatch(/\d+\.\d+\.\d+/)
  }
})

test('without its database it is up and not ready, and says which dependency is down', async () => {
  const data = await folder()
  const program = start({ DATA_DIR: data, LOG_LEVEL: 'silent' })
  const port = await program.port()
  // its connections stand by then, and no job is under way: what it is in the middle of is another matter
  expect((await newPerson({ port } as TestNode).signIn()).status).toBe(401)
  process.kill(postgresOf(data) ?? 0, 'SIGQUIT')
  await expect.poll(async () => (await ask(port, '/readyz')).status, { timeout: 15_000 }).toBe(503)
  expect(JSON.parse((await ask(port, '/readyz')).body)).toMatchObject({ status: 'unavailable', database: 'down' })
  expect((await ask(port, '/healthz')).status).toBe(200)
  const answer = await newPerson({ port } as TestNode).signUp()
  expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(program.complaints).toEqual([])
})

test('/metrics is Prometheus’ text on a port of its own, and on no other', async () => {
  const metricsPort = await freePort()
  const port = await start({ DATA_DIR: await folder(), METRICS_PORT: String(metricsPort) }).port()
  const place = { port, url: `http://localhost:${port}` } as TestNode
  const ada = newPerson(place)
  await ada.signUp()
  const { account, workspaces } = await ada.me()
  const live = await connectLive(place, ada)
  await live.watch(`account:${account.id}`)
  await live.watch(`workspace:${workspaces[0]?.id ?? ''}`)
  const { status, body, headers } = await ask(metricsPort, '/metrics')
  expect(status).toBe(200)
  expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(body).toMatch(/^rollcall_sockets 1$/m)
  // those two, and the person's own, by which every socket hears of its session's end
  expect(body).toMatch(/^rollcall_streams 3$/m)
  expect(body).not.toContain(ada.email)
  expect((await ask(metricsPort, '/api/me')).status).toBe(404)
  expect((await ask(port, '/metrics')).body).not.toContain('rollcall_sockets')
  live.close()
})

async function ask(port: number, path: string) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`)
  return { status: answer.status, headers: answer.headers, body: await answer.text() }
}
