import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { defects } from './defects.ts'
import { changesOf, mistaken } from './defective-copy.ts'
import { faults } from './faults.ts'

test.each(defects.map((defect) => [defect.title, defect] as const))('the source is still where one could write: %s', (_, defect) => {
  const sources = new Map<string, string>()
  for (const change of changesOf(defect)) {
    const source = sources.get(change.file) ?? readFileSync(change.file, 'utf8')
    sources.set(change.file, mistaken(source, change))
    expect(sources.get(change.file)).not.toBe(source)
  }
  expect(faults.map(({ id }) => id)).toContain(defect.fault)
}) // prettier-ignore

test('there are at least twenty of them, each another one', () => {
  expect(new Set(defects.map(({ title }) => title)).size).toBe(defects.length)
  expect(defects.length).toBeGreaterThanOrEqual(20)
})
