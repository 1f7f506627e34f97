import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'

const clock = path.resolve('tests/faults/shifted-clock.mjs')

test('the shifted clock shifts now and nothing else', () => {
  const script = `
    const told = [Date.now(), new Date().getTime(), Date.parse(Date()), +new Date(5), new Date() instanceof Date,
      new Date(2026, 0).getFullYear(), Date.UTC(1970, 0, 1), new Date().constructor === Date, performance.now() < 60_000]
    process.stdout.write(JSON.stringify(told))`
  const env = { ...process.env, NODE_OPTIONS: `--import=${clock}`, CLOCK_SHIFT_MS: String(-86_400_000) }
  const before = Date.now() - 86_400_000
  const told = JSON.parse(execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' })) as number[]
  const [now = 0, made = 0, text = 0, ...rest] = told
  for (const moment of [now, made, text + 999]) {
    expect(moment).toBeGreaterThanOrEqual(before)
    expect(moment).toBeLessThan(before + 60_000)
  }
  expect(rest).toEqual([5, true, 2026, 0, true, true])
})
