import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCsv, printCsv, withoutFormula } from '#client/state/csv.ts'
import { invitationsIn } from '#client/state/invitation-file.ts'
import { rosterFile } from '#client/state/roster-file.ts'
import type { RosterRow } from '#client/state/roster-rows.ts'

const field = fc.oneof(fc.string(), fc.stringMatching(/^[a",;\t\r\n =+-]{0,8}$/))
const table = fc.array(
  fc.array(field, { minLength: 1, maxLength: 5 }).filter((row) => row.some((one) => one.trim() !== '')),
)

test('what is printed is read again as it was, whatever stands in it', () => {
  // a first line without a comma says nothing of what parts the fields
  const named = table.map((rows) => [['one', 'two', 'three', 'four', 'five', 'six'], ...rows])
  fc.assert(
    fc.property(named, (rows) => {
      expect(parseCsv(printCsv(rows))).toEqual(rows)
    }),
  )
})

test('any text is read without harm', () => {
  fc.assert(
    fc.property(field, (text) => {
      for (const cell of parseCsv(text).flat()) expect(text.replaceAll('""', '"')).toContain(cell.slice(0, 1))
    }),
  )
})

test('files of different spreadsheets say the same', () => {
  const rows = [['email', 'role'], ['ada@example.com', 'admin']] // prettier-ignore
  for (const text of [
    'email,role\nada@example.com,admin',
    '\uFEFFemail;role\r\nada@example.com;admin\r\n',
    '"email"\t"role"\n"ada@example.com"\t"admin"\n\n',
    'email,role\r\n\r\n"ada@example.com","admin"\r\n,\r\n',
  ])
    expect(parseCsv(text)).toEqual(rows)
  expect(parseCsv('a,"b ""c"", d\ne"\n')).toEqual([['a', 'b "c", d\ne']])
  expect(parseCsv('a,\n')).toEqual([['a', '']])
})

test('133 no cell of an export begins with what a spreadsheet would run', () => {
  for (const start of ['=', '+', '-', '@', '\t', '\r']) expect(withoutFormula(`${start}1+1`)).toBe(`'${start}1+1`)
  expect(withoutFormula('Ada')).toBe('Ada')
  fc.assert(
    fc.property(field, field, (name, email) => {
      const [, cells = []] = parseCsv(rosterFile([rowWith(name, email || 'x')], words))
      for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
    }),
  )
})

test('an export has what is shown, one line for each', () => {
  const text = rosterFile([rowWith('=HYPERLINK("http://x")', 'mallory@example.com'), rowWith('Zoë', 'zoe@example.com')], words)
  expect(text).toBe(
    '\uFEFFName,Email,Role,Status,Joined\r\n' +
      `"'=HYPERLINK(""http://x"")",mallory@example.com,Editor,Active,2026-11-26\r\n` +
      'Zoë,zoe@example.com,Editor,Active,2026-11-26\r\n',
  )
}) // prettier-ignore

test('a file of invitations: its columns in any order, with their names or without', () => {
  const expected = [
    { email: 'ada@example.com', role: 'admin', problem: null },
    { email: 'grace@example.com', role: 'editor', problem: null },
  ]
  for (const text of [
    'email,role\nAda@Example.com,Admin\ngrace@example.com,',
    'Name;Rolle;E-Mail\nAda;ADMIN;ada@example.com\nGrace;;grace@example.com',
    'ada@example.com,admin\ngrace@example.com',
    'admin;ada@example.com\n;grace@example.com',
  ])
    expect(
      invitationsIn(text, 'editor').map(({ email, role, problem }) => ({ email, role, problem })),
      text,
    ).toEqual(expected)
  expect(invitationsIn('lin@example.com\nmary@example.com', 'viewer').map(({ role }) => role)).toEqual(['viewer', 'viewer'])
}) // prettier-ignore

test('each line of a file says what is wrong with it', () => {
  const text = 'email,role\nada@example.com,owner\nnot an address,viewer\n,viewer\nlin@example.com,viewer\nLIN@example.com,viewer\n'
  expect(invitationsIn(text, 'editor').map(({ line, problem }) => [line, problem])).toEqual([
    [2, 'unknown_role'],
    [3, 'not_an_email'],
    [4, 'no_email'],
    [5, null],
    [6, 'twice'],
  ])
}) // prettier-ignore

const words = {
  columns: ['Name', 'Email', 'Role', 'Status', 'Joined'] as const,
  roles: { owner: 'Owner', admin: 'Admin', editor: 'Editor', viewer: 'Viewer' },
  statuses: { active: 'Active', pending: 'Pending', expired: 'Expired' },
}

function rowWith(name: string, email: string): RosterRow {
  const since = '2026-11-26T12:00:00.000Z'
  const member = { id: 'm', userId: 'u', email, displayName: name, avatarUrl: null, role: 'editor' as const, joinedAt: since }
  return { kind: 'member', id: 'm', email, name, role: 'editor', status: 'active', since, words: '', member }
} // prettier-ignore
