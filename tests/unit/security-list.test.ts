import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const list = readFileSync('docs/security.md', 'utf8')
/** A line of the list: its number, and what it says of it. */
const lines = [...list.matchAll(/^\| (\d+) +\| (.*?) +\| (.*?) +\|$/gm)].map(([, number = '', where = '', result = '']) => ({ number: Number(number), where, result })) // prettier-ignore

test('docs/security.md has each line of the list of attacks once, with a test or the reason why there is none', () => {
  expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: 179 }, (_, n) => n + 1))
  for (const { number, where, result } of lines) {
    expect(result, String(number)).toMatch(/^(holds(: .+)?|applies in part: .+|does not apply: .+)$/)
    if (result.startsWith('holds')) expect(where, String(number)).not.toBe('')
  }
})

test('each test that docs/security.md names has a title that begins with the number', () => {
  const astray = lines.flatMap(({ number, where }) =>
    [...where.matchAll(/`([^`]+\.test\.ts)`/g)]
      .map(([, file = '']) => file)
      .filter((file) => !titleWith(number).test(readFileSync(`tests/${file}`, 'utf8')))
      .map((file) => `${number} in ${file}`),
  )
  expect(astray).toEqual([])
})

/** A title begins with its marks: invariants and numbers of the list. */
function titleWith(number: number): RegExp {
  return new RegExp(
    String.raw`(?:\btest(?:\.\w+)*\(|\)\(|^ {2})['"\`](?:(?:[A-Z]\d+[a-z]?|\d{1,3}) )*${number} (?=\S+ \S)`,
    'm',
  )
}
