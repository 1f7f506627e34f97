import { defineConfig } from 'vite'

/** Bundles our own server code to plain JavaScript; packages stay in node_modules. The thread is a program of its own. */
export default defineConfig({
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
