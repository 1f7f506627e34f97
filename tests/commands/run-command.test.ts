import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { Refusal } from '#server/core/errors.ts'
import { readHeads, startStreams, type Appended } from '#server/core/event-log.ts'
import { runCommand, type Command } from '#server/core/run-command.ts'
import { useDatabase } from '../support/node.ts'

const database = useDatabase()
const at = '2026-11-23T00:00:00.000Z'

test.each(['40001', '40P01'])(
  '95 a try that the database ended with %s is made again, from the beginning',
  async (code) => {
    const { core, published, userId } = await arrange()
    let tries = 0
    const { result } = await runCommand(core, announcing(userId, async () => {
    tries += 1
    if (tries < 3) throw failure(code)
    return 'done'
  }), null) // prettier-ignore
    expect({ result, tries }).toEqual({ result: 'done', tries: 3 })
    expect(published.flatMap((one) => one.events.map(({ position }) => position))).toEqual([1])
    expect(await headOf(userId)).toBe(1)
  },
)

test.each([
  ['and something after it is waited for', true],
  ['and nothing after it is waited for', false],
])('a statement that was only sent and failed is why the command fails, and is tried again: %s', async (_, waited) => {
  const { core, published, userId } = await arrange()
  let tries = 0
  const { result } = await runCommand(core, {
    open: async () => ({ at }),
    async run({ tx, draft }) {
      tries += 1
      if (tries < 3) draft.send(tx`do $$ begin raise exception 'no' using errcode = '40001'; end $$`)
      if (waited) await tx`select 1`
      draft.append('user', userId, 'session.ended', { sessionId: userId })
      return 'done'
    },
  }, null) // prettier-ignore
  expect({ result, tries }).toEqual({ result: 'done', tries: 3 })
  expect(published.flatMap((one) => one.events.map(({ position }) => position))).toEqual([1])
})

test('what was only sent is committed with the rest, also where no event tells of it', async () => {
  const { core, userId } = await arrange()
  await database().owner`create table if not exists sent (id uuid primary key)`
  await database().owner`grant insert on sent to rollcall_app`
  await runCommand(core, {
    open: async () => ({ at }),
    run: async ({ tx, draft }) => draft.send(tx`insert into sent values (${userId})`),
  }, null) // prettier-ignore
  expect(await database().owner`select id from sent where id = ${userId}`).toHaveLength(1)
})

test('after the fourth try it gives up with what the database said, and nothing of it stays', async () => {
  const { core, published, userId } = await arrange()
  let tries = 0
  const running = runCommand(core, announcing(userId, async () => {
    tries += 1
    throw failure('40P01')
  }), null) // prettier-ignore
  await expect(running).rejects.toMatchObject({ code: '40P01' })
  expect(tries).toBe(4)
  expect(published).toEqual([])
  expect(await headOf(userId)).toBe(0)
})

test.each([
  ['a refusal', new Refusal('forbidden', 'No.')],
  ['a broken constraint', failure('23505')],
  ['a mistake of ours', new TypeError('undefined is not a function')],
])('%s is not tried again: no event, nothing published, and the connection is good for the next', async (_, error) => {
  const { core, published, userId } = await arrange()
  let tries = 0
  const running = runCommand(core, announcing(userId, async () => {
    tries += 1
    throw error
  }), null) // prettier-ignore
  await expect(running).rejects.toBe(error)
  expect(tries).toBe(1)
  expect(published).toEqual([])
  expect(await headOf(userId)).toBe(0)
  expect(
    (
      await runCommand(
        core,
        announcing(userId, async () => 'next'),
        null,
      )
    ).result,
  ).toBe('next')
})

test('96 I20 two commands that lock in opposite orders both come to an end', async () => {
  const { core, userId } = await arrange()
  await database().owner`create table if not exists locked (id int primary key)`
  await database().owner`grant select, update on locked to rollcall_app`
  await database().owner`insert into locked values (1), (2) on conflict do nothing`
  const met = meeting(2)
  const locking = (first: number, second: number) => {
    let tries = 0
    return announcing(userId, async (tx) => {
      tries += 1
      await tx`select id from locked where id = ${first} for update`
      if (tries === 1) await met()
      await tx`select id from locked where id = ${second} for update`
      return tries
    })
  }
  const outcomes = await Promise.all([runCommand(core, locking(1, 2), null), runCommand(core, locking(2, 1), null)])
  expect(outcomes.map(({ result }) => result).sort()).toEqual([1, 2])
  expect(await headOf(userId)).toBe(2)
})

test('C4 nothing is published before it is committed', async () => {
  const { userId } = await arrange()
  const heads: Promise<number | undefined>[] = []
  const core = { sql: database().sql, follow: () => undefined, publish: () => void heads.push(headOf(userId)) }
  await runCommand(
    core,
    announcing(userId, async () => 'done'),
    null,
  )
  expect(await Promise.all(heads)).toEqual([1])
})

type Work<Result> = (tx: Parameters<Command<null, object, unknown>['open']>[0]) => Promise<Result>

/** A command that appends one event to a person's stream and then does `work`. */
function announcing<Result>(userId: string, work: Work<Result>): Command<null, object, Result> {
  return {
    open: async () => ({ at }),
    async run({ tx, draft }) {
      draft.append('user', userId, 'session.ended', { sessionId: userId })
      return work(tx)
    },
  }
}

async function arrange() {
  const userId = crypto.randomUUID()
  await database().sql.run(async (tx) => {
    await tx`begin`
    for (const statement of startStreams(tx, [streamOf('user', userId)])) await statement
    await tx`commit`
  })
  const published: Appended[] = []
  const core = {
    sql: database().sql,
    follow: () => undefined,
    publish: (appended: Appended[]) => void published.push(...appended),
  }
  return { core, published, userId }
}

async function headOf(userId: string): Promise<number | undefined> {
  const stream = streamOf('user', userId)
  return (await readHeads(database().sql, [stream])).get(stream)
}

function failure(code: string): Error {
  const error: Error & { code?: string } = new Error('the database said so')
  error.code = code
  return error
}

/** Lets everybody go on once all have come. */
function meeting(expected: number): () => Promise<void> {
  let here = 0
  let open: () => void = () => undefined
  const all = new Promise<void>((resolve) => (open = resolve))
  return () => {
    here += 1
    if (here === expected) open()
    return all
  }
}
