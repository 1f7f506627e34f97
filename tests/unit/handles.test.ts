import fc from 'fast-check'
import { expect, test } from 'vitest'
import { handleOf, handleSchema, isReserved, numbered, reservedHandles, withoutMarks } from '#shared/handles.ts'
import { handleFromName, nextFree } from '#server/membership/handles.ts'

const isHandle = (handle: string) => handleSchema.safeParse(handle).success
// what trips a handle up comes often: hyphens, the start of punycode, marks on their own
const tricky = fc.constantFrom('x', 'n', 'xn', '-', ' ', '!', '’', 'é', 'ß', '株', '🚀', '\u0301')
const anything = fc.oneof(fc.string({ unit: tricky, maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 80 }))

test.each([
  ['Acme Düsseldorf', 'acme-dusseldorf'],
  ['Straße & Søn', 'strasse-son'],
  ['Mu\u0308ller', 'muller'],
  ["Ada's  Café!", 'adas-cafe'],
  ['Ada’s', 'adas'],
  ['--a--b--', 'a-b'],
  ['x', 'x-workspace'],
  ['xn--bcher-kva', 'bcher-kva'],
  ['!xn--bcher', 'bcher'],
  ['XN', ''],
  ['株式会社', ''],
  ['🚀', ''],
  ['', ''],
  [`${'a'.repeat(47)} b`, 'a'.repeat(47)],
])('the name %j asks for the handle %j while it is typed', (name, handle) => {
  expect(handleOf(withoutMarks(name))).toBe(handle)
})

test.each([
  ['東京', 'dongjing'],
  ['ガイド', 'gaido'],
  ['हिन्दी', 'hindi'],
  ['Кофейня', 'kofeynya'],
  ['🚀', 'rocket'],
  ['Łódź', 'lodz'],
])('the server writes %j in Latin letters: %j', (name, handle) => {
  expect(handleFromName(name)).toBe(handle)
})

test('143 whatever is typed, what it asks for is a handle or nothing; whatever the name, the server has a handle', () => {
  fc.assert(
    fc.property(anything, (name) => {
      const quick = handleOf(withoutMarks(name))
      expect(quick === '' || isHandle(quick), JSON.stringify(quick)).toBe(true)
      expect(isHandle(handleFromName(name)), handleFromName(name)).toBe(true)
    }),
    { numRuns: 3_000 },
  )
})

test('a numbered handle is a handle, ends with its number, and differs for each', () => {
  const handle = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/).filter(isHandle)
  fc.assert(
    fc.property(handle, fc.integer({ min: 2, max: 99_999 }), fc.integer({ min: 2, max: 99_999 }), (base, n, other) => {
      expect(isHandle(numbered(base, n))).toBe(true)
      expect(numbered(base, n).endsWith(`-${n}`)).toBe(true)
      expect(numbered(base, n) === numbered(base, other)).toBe(n === other)
    }),
  )
})

test('the next of many workspaces with one name is found in a few questions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(20_000), async (others) => {
      const taken = new Set(['acme', ...Array.from({ length: others }, (_, n) => `acme-${n + 2}`)])
      let questions = 0
      const ask = (_: TemplateStringsArray, handle: string) => {
        questions += 1
        return Promise.resolve([{ taken: taken.has(handle) }])
      }
      expect(await nextFree(ask as never, 'acme')).toBe(`acme-${others + 2}`)
      expect(questions).toBeLessThanOrEqual(32)
    }),
    { numRuns: 50 },
  )
})

test.each(['ab', 'a'.repeat(49), '-ab', 'ab-', 'a--b', 'Abc', 'a_b', 'a b', 'äbc', 'abc\n', 'xn-abc'])(
  '%j is no handle',
  (handle) => {
    expect(isHandle(handle)).toBe(false)
  },
)

test('our own paths and names that pass for us are reserved, each written as a handle would be', () => {
  const ours = ['admin', 'api', 'assets', 'healthz', 'invite', 'metrics', 'readyz', 'rollcall', 'support', 'www']
  for (const word of ours) expect(isReserved(word), word).toBe(true)
  expect(isReserved('acme')).toBe(false)
  expect(new Set(reservedHandles).size).toBe(reservedHandles.length)
  for (const word of reservedHandles) expect(word).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
})
