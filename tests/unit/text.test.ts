import fc from 'fast-check'
import { expect, test } from 'vitest'
import { displayNameSchema, emailSchema, passwordSchema, workspaceNameSchema } from '#shared/text.ts'

const anything = fc.string({ unit: 'binary', maxLength: 100 })

test.each([
  ['Ada@Example.COM', 'ada@example.com'],
  ['  ada@example.com ', 'ada@example.com'],
  ["o'brien+tag@mail.example.co", "o'brien+tag@mail.example.co"],
  ['a@xn--bcher-kva.example', 'a@xn--bcher-kva.example'],
])('the address %j is kept as %j', (written, kept) => {
  expect(emailSchema.parse(written)).toBe(kept)
})

test.each([
  '', '@', 'ada', 'ada@', '@example.com', 'ada@localhost', 'ada@example', 'a b@example.com', 'ada@@example.com', 'ada@ex..com',
  '.ada@example.com', 'ada.@example.com', 'ada@-example.com', 'ada@example.1', '"a@evil"@example.com', 'ada@[127.0.0.1]',
  'Ada <ada@example.com>', 'ada@example.com,eve@example.com', 'ada@example.com\r\nBcc: eve@example.com', 'quac\u212a@example.com',
  'ada＠example.com', 'ada@exämple.com', 'ada\u0000@example.com', `${'a'.repeat(65)}@example.com`, `a@${'b'.repeat(250)}.com`,
])('135 136 139 %j is no address', (written) => {
  expect(emailSchema.safeParse(written).success).toBe(false)
}) // prettier-ignore

test('135 136 a kept address is canonical: taken again it is the same', () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), anything), (written) => {
      const first = emailSchema.safeParse(written)
      if (!first.success) return
      expect(first.data).toMatch(/^[\x21-\x7e]+$/)
      expect(first.data).toBe(first.data.toLowerCase())
      expect(emailSchema.parse(first.data)).toBe(first.data)
      expect(emailSchema.parse(` ${first.data.toUpperCase()} `)).toBe(first.data)
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['  Ada  ', 'Ada'],
  ['Gra\u0301ce', 'Gráce'],
  ['می‌خواهم', 'می‌خواهم'],
  ['👩‍💻', '👩‍💻'],
  ['=1+1', '=1+1'],
  ['<b>Ada</b>', '<b>Ada</b>'],
])('the name %j is kept as %j', (written, kept) => {
  expect(displayNameSchema.parse(written)).toBe(kept)
})

test.each([
  '',
  ' \t ',
  'a\nb',
  'a\u0007',
  'a\u202eb',
  'a\u2066b',
  '\u200b',
  'a\u200bb',
  '\ufeffa',
  '\u3164',
  '\u0301',
  'a\u0000',
])('%j is no name: empty, invisible or reordering', (written) => {
  expect(displayNameSchema.safeParse(written).success).toBe(false)
})

test('names are counted in characters as people see them in a field, not in units: 64 and 80', () => {
  expect(displayNameSchema.safeParse('😀'.repeat(64)).success).toBe(true)
  expect(displayNameSchema.safeParse('😀'.repeat(65)).success).toBe(false)
  expect(workspaceNameSchema.safeParse('w'.repeat(80)).success).toBe(true)
  expect(workspaceNameSchema.safeParse('w'.repeat(81)).success).toBe(false)
})

test('a kept name has 1 to 64 characters, and kept again it is the same', () => {
  fc.assert(
    fc.property(anything, (written) => {
      const first = displayNameSchema.safeParse(written)
      if (!first.success) return
      expect([...first.data].length).toBeGreaterThanOrEqual(1)
      expect([...first.data].length).toBeLessThanOrEqual(64)
      expect(first.data.isWellFormed()).toBe(true)
      expect(displayNameSchema.parse(first.data)).toBe(first.data)
    }),
    { numRuns: 2_000 },
  )
})

test('a password is taken as it is, from 8 to 128 characters', () => {
  for (const right of ['8 letters', '  spaces  ', '😀'.repeat(8), 'é'.repeat(128)]) {
    expect(passwordSchema.parse(right)).toBe(right)
  }
  for (const wrong of ['', '7 chars', '😀'.repeat(7), 'x'.repeat(129), '1234567\u0000', '1234567\ud800']) {
    expect(passwordSchema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false)
  }
})

test('validating 100 kB of anything takes no noticeable time', () => {
  const long = ['a', 'a.', 'a@', '-', ' ', '\u0301', '😀'].map((unit) => unit.repeat(100_000 / unit.length))
  const started = performance.now()
  for (const text of long) {
    for (const schema of [emailSchema, displayNameSchema, workspaceNameSchema, passwordSchema]) schema.safeParse(text)
  }
  expect(performance.now() - started).toBeLessThan(1_000)
})
