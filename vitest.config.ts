import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

const alone = 'tests/faults/faults.test.ts'
/** What starts programs and browsers: two at a time are as much as two processors bear. */
const programs = ['e2e', 'faults', 'operations', 'relay'].map((folder) => `tests/${folder}/**/*.test.ts`)

/** `together`: files share a process, and what it has read: each has a node and a database of its own all the same. */
const together = {
  isolate: false,
  testTimeout: 60_000,
  // what is waited for comes; only how soon is the machine's
  expect: { poll: { timeout: 20_000 } },
  hookTimeout: 60_000,
}

function project(
  name: string,
  groupOrder: number,
  test: TestProjectInlineConfiguration['test'],
): TestProjectInlineConfiguration {
  // the client's state and messages are written with runes
  return { plugins: [svelte()], test: { name, sequence: { groupOrder }, ...test } }
}

export default defineConfig({
  test: {
    globalSetup: ['tests/support/global-setup.ts'],
    maxConcurrency: 10,
    reporters: ['default', './tests/support/brief-reporter.ts'],
    projects: [
      project('server', 0, { ...together, maxWorkers: 3, include: ['tests/**/*.test.ts'], exclude: programs }),
      project('programs', 1, { ...together, maxWorkers: 2, include: programs, exclude: [alone] }),
      // what it sees of deadlines is the server's doing only where nothing else wants the processors
      project('faults', 2, { maxWorkers: 1, include: [alone], hookTimeout: 60_000 }),
    ],
  },
})
