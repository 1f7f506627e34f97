import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Invitation, Member } from '#shared/protocol/resources.ts'
import { roles, type Role } from '#shared/roles.ts'
import { RosterOrder } from '#client/state/roster-order.ts'
import { rowsOf, type RosterRow } from '#client/state/roster-rows.ts'
import { bulkVerbsFor, isSelectable, maySelect } from '#client/state/row-actions.ts'
import { filter, filtersIn, nextSorting, sortingIn, sortKeys, sortWord } from '#client/state/roster-view.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 26, 12, minute)).toISOString()

function member(id: string, displayName: string, more: Partial<Member> = {}): Member {
  const email = `${id}@example.com`
  return { id, userId: `user-${id}`, email, displayName, avatarUrl: null, role: 'editor', joinedAt: at(0), ...more }
}

function invitation(id: string, more: Partial<Invitation> = {}): Invitation {
  return {
    id, email: `${id}@example.com`, role: 'viewer', status: 'pending', seat: 'held', place: 1,
    invitedBy: { memberId: 'ada', displayName: 'Ada' }, sentAt: at(0), expiresAt: at(59), askedAt: null, ...more,
  } // prettier-ignore
}

function rowsWith(members: Member[], invitations: Invitation[] = []): RosterRow[] {
  const workspace = { id: 'w', accountId: 'a', name: 'Acme', handle: 'acme', isDefault: false, createdAt: at(0) }
  return rowsOf({ workspace, members, invitations, agents: [] })
}

const found = (rows: RosterRow[], query: string) =>
  filter(rows, filtersIn(new URLSearchParams(query))).map(({ id }) => id)

test('an address says what is shown; what it says and nobody knows shows everybody', () => {
  const rows = rowsWith(
    [member('ada', 'Ada Lovelace', { role: 'owner' }), member('zoe', 'Zoë', { role: 'viewer' })],
    [invitation('lin'), invitation('old', { status: 'expired' })],
  )
  expect(found(rows, '')).toEqual(['ada', 'zoe', 'lin', 'old'])
  expect(found(rows, 'q=LOVE+ada')).toEqual(['ada'])
  expect(found(rows, 'q=zoë')).toEqual(['zoe'])
  expect(found(rows, 'q=example.com&role=viewer')).toEqual(['zoe', 'lin', 'old'])
  expect(found(rows, 'role=viewer&status=pending')).toEqual(['lin'])
  expect(found(rows, 'role=emperor&status=lost&colour=red')).toEqual(['ada', 'zoe', 'lin', 'old'])
  expect(found(rows, 'q=nobody')).toEqual([])
})

test('a name and an address beside it are two things to a search', () => {
  expect(found(rowsWith([member('ada', 'Ada')]), 'q=adaada')).toEqual([])
})

test('the order is a word in the address, downwards with a minus', () => {
  for (const key of sortKeys) {
    for (const word of [key, `-${key}`]) {
      const sorting = sortingIn(new URLSearchParams({ sort: word }))
      expect(sorting?.key).toBe(key)
      expect(sortWord(sorting)).toBe(word)
    }
  }
  for (const word of ['', '-', 'email', '--name']) expect(sortingIn(new URLSearchParams({ sort: word }))).toBeNull()
  expect(sortWord(null)).toBe('')
})

test('a column sorts upwards, then downwards, then not at all', () => {
  const upwards = nextSorting(null, 'role')
  const downwards = nextSorting(upwards, 'role')
  expect([sortWord(upwards), sortWord(downwards), sortWord(nextSorting(downwards, 'role'))]).toEqual(['role', '-role', ''])
  expect(sortWord(nextSorting(downwards, 'name'))).toBe('name')
}) // prettier-ignore

test('names sort as people read them: whatever their letters’ size and marks, and numbers by their value', () => {
  const names = ['Ada 10', 'zoë', 'ada 9', 'Ärmel', 'Arm']
  const rows = rowsWith(names.map((name, n) => member(`m${n}`, name)))
  const sorted = new RosterOrder().of(rows, { key: 'name', direction: 'ascending' })
  expect(sorted.map(({ name }) => name)).toEqual(['ada 9', 'Ada 10', 'Arm', 'Ärmel', 'zoë'])
})

test('a row is made once for as long as its member stays as they are', () => {
  const [ada, grace] = [member('ada', 'Ada'), member('grace', 'Grace')]
  const before = rowsWith([ada, grace])
  const after = rowsWith([ada, { ...grace, displayName: 'Amazing Grace' }])
  expect(after[0]).toBe(before[0])
  expect(after[1]?.name).toBe('Amazing Grace')
})

test('of many rows is offered what the reader may do with each of them, and never with their own', () => {
  const [ada, grace, lin, old] = rowsWith(
    [member('ada', 'Ada', { role: 'owner' }), member('grace', 'Grace', { role: 'admin' })],
    [invitation('lin'), invitation('old', { status: 'expired' })],
  ) as [RosterRow, RosterRow, RosterRow, RosterRow]
  const reader = (role: Role, memberId: string) =>
    ({
      id: 'w',
      accountId: 'a',
      name: 'Acme',
      handle: 'acme',
      isDefault: false,
      createdAt: at(0),
      role,
      memberId,
    }) as const
  const owner = reader('owner', 'ada')
  const admin = reader('admin', 'grace')
  expect(bulkVerbsFor([grace], owner)).toEqual(['role', 'remove'])
  expect(bulkVerbsFor([lin, old], owner)).toEqual(['resend', 'cancel'])
  expect(bulkVerbsFor([grace, lin], owner)).toEqual(['role'])
  expect(bulkVerbsFor([grace, old], owner)).toEqual([])
  expect(bulkVerbsFor([lin], admin)).toEqual(['role', 'resend'])
  expect(bulkVerbsFor([], owner)).toEqual([])
  for (const row of [ada, grace]) expect(isSelectable(row, admin)).toBe(false)
  for (const role of roles) expect(maySelect(reader(role, 'me')), role).toBe(role === 'owner' || role === 'admin')
})

const someMember = fc.record({
  id: fc.nat(30),
  name: fc.constantFrom('Ada', 'ada', 'Zoë', 'Grace 2', 'Grace 10'),
  role: fc.constantFrom(...roles),
  minute: fc.nat(3),
})
const someRows = fc.uniqueArray(someMember, { selector: ({ id }) => id, maxLength: 20 })
const someSorting = fc.record({
  key: fc.constantFrom(...sortKeys),
  direction: fc.constantFrom('ascending' as const, 'descending' as const),
})

test('an order that was kept through any changes is the one that is made anew', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(someRows, someSorting), { maxLength: 6 }), (changes) => {
      const kept = new RosterOrder()
      const members = new Map<string, Member>()
      for (const [drawn, sorting] of changes) {
        const made = drawn.map(({ id, name, role, minute }) => member(`m${id}`, name, { role, joinedAt: at(minute) }))
        // some stay the very objects that they were
        for (const one of made) if (!members.has(one.id) || one.role !== 'viewer') members.set(one.id, one)
        const rows = rowsWith(made.map(({ id }) => members.get(id) as Member))
        expect(kept.of(rows, sorting)).toEqual(new RosterOrder().of(rows, sorting))
      }
    }),
  )
})
