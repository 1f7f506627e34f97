import { defineConfig } from 'vite'
import { lightStatements } from './server/db/postgres.config.ts'

/**
 * Bundles our own server code to plain JavaScript; packages stay in node_modules, but postgres.js, which is changed on the way.
 * The thread is a program of its own.
 */
export default defineConfig({
  plugins: [lightStatements()],
  ssr: { noExternal: ['postgres'] },
  build: {
    ssr: true,
    outDir: 'dist/server',
    emptyOutDir: true,
    target: 'node20',
    sourcemap: true,
    rollupOptions: {
      input: { main: 'server/main.ts', 'reader-thread': 'server/agents/pages/reader-thread.ts' },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
  logLevel: 'warn',
})
