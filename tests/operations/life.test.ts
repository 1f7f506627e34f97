import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { TestNode } from '../support/node.ts'
import { newPerson, type Person } from '../support/people.ts'
import { isRunning, postgresOf, useProgram, type Program } from '../support/program.ts'

const { folder, start } = useProgram()

test('with nothing but a folder it starts, prints its address, and serves people', async () => {
  const program = start({ DATA_DIR: await folder() })
  const port = await program.port()
  expect(program.printed).toContain(`  Rollcall is running at http://localhost:${port}`)
  const page = await fetch(`http://127.0.0.1:${port}`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<title>')
  expect((await personAt(port).signUp()).status).toBe(201)
  expect(program.complaints).toEqual([])
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with exit code 0, and its PostgreSQL with it', async (signal) => {
  const data = await folder()
  const program = start({ DATA_DIR: data })
  // its connection lingers, which must not hold the end up
  await personAt(await program.port()).signUp()
  const postgres = postgresOf(data)
  expect(postgres).not.toBeNull()
  program.signal(signal)
  expect(await program.ended).toBe(0)
  expect(isRunning(postgres ?? 0)).toBe(false)
  expect(program.complaints).toEqual([])
})

test.each([
  ['before it has printed its address', []],
  ['while it fills the sample workspace', ['--demo']],
])('SIGINT %s ends it all the same, and leaves no PostgreSQL', async (_, words) => {
  const data = await folder()
  const program = start({ DATA_DIR: data }, words)
  const find = async () => postgresOf(data)
  await (words.length > 0 ? program.port() : expect.poll(find, { timeout: 20_000, interval: 5 }).not.toBeNull())
  program.signal('SIGINT')
  expect(await program.ended).toBe(0)
  expect(postgresOf(data)).toBeNull()
  expect(program.complaints).toEqual([])
  expect(program.printed.join()).not.toContain('sample workspace')
})

test('I7 kill -9 right after an answer loses nothing that was answered, and the next start works', async () => {
  const data = await folder()
  let program = start({ DATA_DIR: data })
  const place = { port: await program.port() } as TestNode
  const ada = newPerson(place)
  await ada.signUp()
  const names: string[] = []
  for (const round of [1, 2]) {
    const written = await ada.createWorkspace(`Round ${round}`)
    program = await killedAndStarted(program, data)
    names.push(written.name)
    place.port = await program.port()
    expect((await ada.me()).workspaces.slice(1).map(({ name }) => name)).toEqual(names)
    expect((await ada.signIn()).status).toBe(200)
  }
  // the PostgreSQL that the first one left behind is the last one's, and ends with it
  const postgres = postgresOf(data) ?? 0
  program.signal('SIGINT')
  expect(await program.ended).toBe(0)
  expect(isRunning(postgres)).toBe(false)
})

test('I7 kill -9 amid many writes: what was answered is there, and the log has no hole', async () => {
  const data = await folder()
  const program = start({ DATA_DIR: data })
  const place = { port: await program.port() } as TestNode
  const ada = newPerson(place)
  await ada.signUp()
  const workspace = await ada.createWorkspace()
  const answered = await invitedUntilKilled(program, ada, workspace.id)
  expect(answered.length).toBeGreaterThan(0)
  place.port = await start({ DATA_DIR: data }).port()
  const emails = (await ada.roster(workspace.id)).invitations.map(({ email }) => email)
  expect(emails).toEqual(expect.arrayContaining(answered))
  const { body } = await ada.get<{ position: number; events: { position: number }[] }>(
    `/api/workspaces/${workspace.id}/events?limit=500`,
  )
  expect(body.events.map(({ position }) => position)).toEqual(body.events.map((_, index) => index + 1))
  expect(body.position).toBe(body.events.length)
})

test('I16 an email whose program is killed while it is being sent is sent by the next one', async () => {
  const data = await folder()
  const { port, connected, close } = await silentServer()
  const first = start({ DATA_DIR: data, SMTP_URL: `smtp://127.0.0.1:${port}` })
  const place = { port: await first.port() } as TestNode
  const ada = newPerson(place)
  await ada.signUp()
  const [own] = (await ada.me()).workspaces
  expect((await ada.invite(own?.id ?? '', 'kay@example.com')).status).toBe(201)
  await connected
  await first.kill()
  close()
  place.port = await start({ DATA_DIR: data }).port()
  const addressees = async () => (await ada.get<{ to: string }[]>('/dev/mail.json')).body.map(({ to }) => to).sort()
  // and the one that confirms her own address
  await expect.poll(addressees, { timeout: 30_000, interval: 100 }).toEqual([ada.email, 'kay@example.com'].sort())
})

test('a second one on the same folder is refused and does the first one no harm', async () => {
  const data = await folder()
  const first = start({ DATA_DIR: data })
  const port = await first.port()
  const second = start({ DATA_DIR: data })
  expect(await second.ended).toBe(1)
  expect(second.complaints).toEqual([expect.stringMatching(/^Another Rollcall is running on .*DATA_DIR/)])
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
})

function personAt(port: number): Person {
  return newPerson({ port } as TestNode)
}

async function killedAndStarted(program: Program, data: string): Promise<Program> {
  await program.kill()
  expect(await program.ended).toBe('SIGKILL')
  return start({ DATA_DIR: data })
}

/** Writes from many sides until the tenth answer, then kills; answers whose invitation was answered with 201. */
async function invitedUntilKilled(program: Program, ada: Person, workspaceId: string): Promise<string[]> {
  const answered: string[] = []
  const writes = Array.from({ length: 40 }, async (_, n) => {
    const email = `n${n}@example.com`
    const { status } = await ada.invite(workspaceId, email)
    if (status === 201) answered.push(email)
    if (answered.length === 10) program.signal('SIGKILL')
  })
  await Promise.allSettled(writes)
  await program.ended
  return answered
}

/** Takes connections and says nothing, as an SMTP server that hangs. */
async function silentServer() {
  const server = createServer().listen(0, '127.0.0.1')
  const connected = once(server, 'connection')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, connected, close: () => server.close() }
}
