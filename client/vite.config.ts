import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

const server = 'http://localhost:3000'
const fileIn = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export default defineConfig({
  root: fileIn('.'),
  plugins: [svelte()],
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    target: 'es2022',
    // the content security policy lets pages load from here alone: nothing is inlined into them
    assetsInlineLimit: 0,
    rollupOptions: { input: { index: fileIn('index.html'), messenger: fileIn('messenger/index.html') } },
  },
  server: {
    proxy: {
      '/api': server,
      '/socket.io': { target: server, ws: true },
    },
  },
})
