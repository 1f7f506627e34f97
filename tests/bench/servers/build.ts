import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'vite'
import { projectRoot } from '#server/paths.ts'

/**
 * Bundles the programs beside this file as `npm run build` bundles the server, and answers their folder. Run from their sources
 * they would name each function that they make, whose cost nobody pays who runs Rollcall.
 */
export async function buildServers(): Promise<string> {
  const outDir = path.join(projectRoot, 'dist/bench')
  const files = (await readdir(import.meta.dirname)).filter((file) => file !== path.basename(import.meta.filename))
  const input = Object.fromEntries(
    files.map((file) => [path.basename(file, '.ts'), path.join(import.meta.dirname, file)]),
  )
  await build({
    configFile: path.join(projectRoot, 'vite.server.config.ts'),
    build: { outDir, rollupOptions: { input } },
  })
  return outDir
}
