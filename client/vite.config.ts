import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { precompress } from './precompress.config.ts'

const server = 'http://localhost:3000'
const fileIn = (name: string) => fileURLToPath(new URL(name, import.meta.url))

type Ask = (id: string) => { importedIds: readonly string[] } | null

/** What the members panel begins with, in one file: in fifty little ones it takes more bytes, and more requests. */
const panel = new Set<string>()

function panelChunk(id: string, ask: Ask): string | null {
  if (panel.size === 0) {
    const pages = new Set<string>()
    for (const root of ['messenger/main.ts', 'main.ts']) collect(fileIn(root), ask, pages)
    for (const root of ['screens/WorkspaceScreen.svelte', 'screens/MembersScreen.svelte'])
      collect(fileIn(root), ask, panel, pages)
  }
  return panel.has(id) ? 'panel' : null
}

function collect(id: string, ask: Ask, all: Set<string>, except = new Set<string>()): void {
  if (all.has(id) || except.has(id)) return
  all.add(id)
  for (const imported of ask(id)?.importedIds ?? []) collect(imported, ask, all, except)
}

export default defineConfig({
  root: fileIn('.'),
  plugins: [svelte(), precompress('assets')],
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    target: 'es2022',
    // the content security policy lets pages load from here alone: nothing is inlined into them
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { index: fileIn('index.html'), messenger: fileIn('messenger/index.html') },
      output: {
        codeSplitting: {
          groups: [{ debugName: 'panel', name: (id, chunk) => panelChunk(id, (asked) => chunk.getModuleInfo(asked)) }],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': server,
      '/socket.io': { target: server, ws: true },
    },
  },
})
