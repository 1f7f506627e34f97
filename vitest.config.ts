import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const alone = 'tests/faults/faults.test.ts'

export default defineConfig({
  test: {
    maxWorkers: 2,
    maxConcurrency: 10,
    reporters: ['default', './tests/support/brief-reporter.ts'],
    projects: [
      {
        // the client's state and messages are written with runes
        plugins: [svelte()],
        test: {
          name: 'rollcall',
          include: ['tests/**/*.test.ts'],
          exclude: [alone],
          globalSetup: ['tests/support/global-setup.ts'],
          testTimeout: 60_000,
          // what is waited for comes; only how soon is the machine's
          expect: { poll: { timeout: 20_000 } },
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      // what it sees of deadlines is the server's doing only where nothing else wants the processors
      { test: { name: 'faults', include: [alone], hookTimeout: 60_000, sequence: { groupOrder: 1 } } },
    ],
  },
})
