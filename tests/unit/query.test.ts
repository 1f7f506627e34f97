import { expect, test } from 'vitest'
import { oneOf, queryWith } from '#client/state/query.ts'
import { roles } from '#shared/roles.ts'

test('a query keeps what is not changed, and loses what gets nothing', () => {
  expect(queryWith('', { q: 'ada' })).toBe('?q=ada')
  expect(queryWith('?q=ada&role=admin', { q: '' })).toBe('?role=admin')
  expect(queryWith('?q=ada', { q: '' })).toBe('')
  expect(queryWith('?from=mail', { q: 'Zoë & co', role: 'admin' })).toBe('?from=mail&q=Zo%C3%AB+%26+co&role=admin')
})

test('of a query only what is known counts', () => {
  const query = new URLSearchParams('role=admin&status=gone&sort=')
  expect(oneOf(query, 'role', roles)).toBe('admin')
  for (const name of ['status', 'sort', 'missing']) expect(oneOf(query, name, roles)).toBe('')
})
