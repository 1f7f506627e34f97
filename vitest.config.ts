import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    maxWorkers: 2,
    maxConcurrency: 10,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
