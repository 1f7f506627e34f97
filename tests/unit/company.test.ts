import { expect, test } from 'vitest'
import type { Place } from '#shared/places.ts'
import { Company } from '#server/gateway/company.ts'
import type { LiveSocket } from '#server/gateway/live.ts'

const node = 'node'
const all = 500

test('117 of a hint and a read of the database the later telling counts, in whichever order they come', () => {
  const company = new Company()
  const at = (places: Place[]) => [{ memberId: 'ada', places }]
  const read = (told: number, version: string, places: Place[]) =>
    company.read({ node, told, version, members: at(places) })
  company.hear({ workspaceId: '', node, telling: 7, here: at(['plan']), gone: [] })
  read(6, '1 6', ['members'])
  expect(company.take(0, all)).toEqual({ here: at(['plan']), gone: [] })
  read(8, '1 8', ['settings'])
  company.hear({ workspaceId: '', node, telling: 8, here: at(['plan']), gone: [] })
  company.hear({ workspaceId: '', node, telling: 5, here: [], gone: ['ada'] })
  expect(company.take(0, all)).toEqual({ here: at(['settings']), gone: [] })
  company.readNothing(node, 7)
  expect(company.take(9_000, all)).toEqual({ here: [], gone: [] })
  company.readNothing(node, 9)
  company.take(9_000, all)
  expect(company.take(12_000, all)).toEqual({ here: [], gone: ['ada'] })
})

test('117 whoever is back within three seconds never went; with a node that is gone its people go at once', () => {
  const company = new Company()
  const page = {} as LiveSocket
  const looking = { userId: 'grace', memberId: 'grace', place: null }
  company.place(page, looking)
  company.hear({ workspaceId: '', node, telling: 1, here: [{ memberId: 'ada', places: [] }], gone: [] })
  company.take(0, all)
  company.place(page, null)
  expect(company.take(1_000, all)).toEqual({ here: [], gone: [] })
  expect(company.isMissingSomebody()).toBe(true)
  company.place({} as LiveSocket, looking)
  expect(company.take(3_999, all)).toEqual({ here: [], gone: [] })
  expect(company.take(9_000, all)).toEqual({ here: [], gone: [] })
  company.lapse(node)
  expect(company.take(9_000, all)).toEqual({ here: [], gone: ['ada'] })
  expect(company.everybody()).toEqual([{ memberId: 'grace', places: [] }])
})

test('117 however much changes, one frame has so many members, each in their last state', () => {
  const company = new Company()
  const pages = Array.from({ length: 2_000 }, (_, n) => ({ page: {} as LiveSocket, memberId: `member ${n}` }))
  for (const place of ['members', 'plan'] as const) {
    for (const { page, memberId } of pages) company.place(page, { userId: memberId, memberId, place })
  }
  for (let told = 0; told < 2_000; told += 100) {
    const { here, gone } = company.take(0, 100)
    expect([here.length, gone.length]).toEqual([100, 0])
    expect(here.every(({ places }) => places.join() === 'plan')).toBe(true)
  }
  expect(company.isPending()).toBe(false)
  expect(company.everybody()).toHaveLength(2_000)
})
