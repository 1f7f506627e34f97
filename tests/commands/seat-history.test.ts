import { expect, test } from 'vitest'
import type { SeatHistory } from '#shared/protocol/account.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { useNode } from '../support/node.ts'
import { join, newTeam, newUser, type Person } from '../support/people.ts'

const node = useNode()

test('today stands as the seats do, and an account that is new has no days before', async () => {
  const ada = await newUser(node())
  expect(await history(ada)).toEqual([{ day: dayBefore(0), used: 0, limit: 0, waiting: 0 }])
  await ada.setAddonSeats(1)
  const workspace = await ada.createWorkspace()
  await join(ada, workspace.id, await newUser(node(), 'Kay'), 'viewer')
  await ada.invite(workspace.id, `second.${ada.email}`)
  expect(await history(ada)).toEqual([{ day: dayBefore(0), used: 1, limit: 1, waiting: 1 }])
})

test('each day tells how it ended, and one on which nothing happened is as the day before', async () => {
  const ada = await newUser(node())
  await ada.setAddonSeats(2)
  await happened(ada, 5)
  await ada.setAddonSeats(4)
  await happened(ada, 3)
  await ada.setAddonSeats(3)
  await happened(ada, 3)
  const days = await history(ada)
  expect(days.map(({ limit }) => limit)).toEqual([0, 2, 2, 3, 3, 3, 3])
  expect(days.map(({ day }) => day)).toEqual([6, 5, 4, 3, 2, 1, 0].map(dayBefore))
})

test('an account that is old shows a year, and from a day on where asked', async () => {
  const ada = await newUser(node())
  await node().owner`update users set created_at = now() - interval '3 years' where id = ${ada.userId}`
  await ada.setAddonSeats(7)
  await happened(ada, 900)
  const days = await history(ada)
  expect(days).toHaveLength(366)
  expect(days[0]).toEqual({ day: dayBefore(365), used: 0, limit: 7, waiting: 0 })
  expect(await history(ada, `?from=${dayBefore(2)}`)).toHaveLength(3)
  expect(await history(ada, `?from=${dayBefore(-1)}`)).toEqual([])
  expect(await ada.get('/api/account/seats/history?from=yesterday')).toMatchObject({ status: 400 })
})

test('whoever owns another account sees that one alone: an Admin nothing of the Owner’s', async () => {
  const { ada, grace, mallory } = await newTeam(node())
  expect((await history(ada)).at(-1)).toMatchObject({ used: 3, limit: 25 })
  for (const person of [grace, mallory]) expect((await history(person)).at(-1)).toMatchObject({ used: 0, limit: 0 })
})

async function history(person: Person, query = ''): Promise<SeatHistory['days']> {
  const { status, body } = await person.get<SeatHistory>(`/api/account/seats/history${query}`)
  expect(status).toBe(200)
  return body.days
}

/** `2026-11-26`, so many days ago. */
function dayBefore(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
}

/** What happened to the account's seats today happened so many days ago, and the account is a day older than that. */
async function happened(person: Person, days: number): Promise<void> {
  const { account } = await person.me()
  const { owner } = node()
  await owner`
    update events
    set at = at - make_interval(days => ${days})
    where stream = ${streamOf('account', account.id)} and at > now() - interval '1 hour'`
  await owner`
    update users set created_at = least(created_at, now() - make_interval(days => ${days + 1})) where id = ${person.userId}`
}
