import { expect, test } from 'vitest'
import { databaseFailureOf, endedConnection } from '#server/core/failures.ts'
import { Sql } from '#server/db/sql.ts'
import { useDatabase, type TestNode } from '../support/node.ts'
import { newPerson } from '../support/people.ts'
import { takenPort } from '../support/ports.ts'
import { useProgram } from '../support/program.ts'

const database = useDatabase()
const { folder, start } = useProgram()

test('94 I9 connections cut at any moment, also while they open: it stays up, answers, and keeps what it said', async () => {
  const program = start({ DATABASE_URL: database().url, DATA_DIR: await folder(), LOG_LEVEL: 'silent' })
  const ada = newPerson({ port: await program.port() } as TestNode)
  await ada.signUp()
  const kept: string[] = []
  const statuses = new Set<number>()
  // as many as one person may create in an hour
  for (let round = 0; round < 30; round += 1) {
    const writes = Array.from({ length: 10 }, (_, n) => ada.post('/api/workspaces', { name: `Cut ${round} ${n}` }))
    await cut()
    for (const { status, body } of await Promise.all(writes)) {
      statuses.add(status)
      if (status === 201) kept.push((body as { id: string }).id)
    }
  }
  expect([...statuses].filter((status) => status !== 201 && status !== 503)).toEqual([])
  // the last cut may still be met by the first request behind it
  await expect.poll(async () => (await ada.get('/api/me')).status, { timeout: 20_000 }).toBe(200)
  const ids = new Set((await ada.me()).workspaces.map(({ id }) => id))
  expect(kept.filter((id) => !ids.has(id))).toEqual([])
  expect(program.complaints).toEqual([])
  expect(kept.length).toBeGreaterThan(0)
})

test('154 a connection that is never answered ends with an error that is known as the end of a connection', async () => {
  const { port, close } = await takenPort()
  const sql = new Sql(`postgres://rollcall@127.0.0.1:${port}/rollcall`)
  const error = await sql.run((tx) => tx`select 1`).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'CONNECT_TIMEOUT' })
  expect(endedConnection(error)).toBe(true)
  expect(databaseFailureOf(error)).toBe('away')
  await sql.end({ timeout: 0 })
  await close()
})

async function cut(): Promise<void> {
  const { owner } = database()
  await owner`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'rollcall' and datname = current_database()`
}
