import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { precompress } from '../precompress.config.ts'

/** The script for pages of others, in one file of a name that stays. Built after the client: it lies beside its files. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  publicDir: false,
  plugins: [precompress()],
  build: {
    // the name has to be given, and is defined nowhere: the script exports nothing
    lib: { entry: 'embed.ts', formats: ['iife'], name: 'Rollcall', fileName: () => 'messenger.js' },
    outDir: '../../dist/client',
    emptyOutDir: false,
    target: 'es2022',
  },
})
