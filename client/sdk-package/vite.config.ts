import { copyFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const fileAt = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const outDir = fileAt('../../dist/sdk')

/** The package `@rollcall/client`: our own code in one file, and its papers. `write-types.ts` puts its types beside it. */
export default defineConfig({
  plugins: [
    {
      name: 'papers',
      writeBundle() {
        copyFileSync(fileAt('package.json'), `${outDir}/package.json`)
        copyFileSync(fileAt('../sdk/README.md'), `${outDir}/README.md`)
      },
    },
  ],
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    lib: { entry: fileAt('../sdk/rollcall.ts'), formats: ['es'], fileName: () => 'rollcall.js' },
    rollupOptions: { external: ['socket.io-client'], output: { codeSplitting: false } },
    minify: false,
  },
})
