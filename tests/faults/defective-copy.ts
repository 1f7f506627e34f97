import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Defect } from './defects.ts'

const copied = ['server', 'shared', 'migrations', 'package.json', 'tsconfig.json', 'vite.server.config.ts']
const vite = path.resolve('node_modules/vite/bin/vite.js')

/** The server with one mistake in it, built in a folder of its own. */
export async function buildDefective(defect: Defect): Promise<{ program: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-defect-'))
  for (const name of copied) await cp(name, path.join(folder, name), { recursive: true })
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'))
  const file = path.join(folder, defect.file)
  await writeFile(file, mistaken(await readFile(file, 'utf8'), defect))
  await promisify(execFile)(process.execPath, [vite, 'build', '-c', 'vite.server.config.ts'], { cwd: folder })
  return {
    program: path.join(folder, 'dist/server/main.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Throws where the source is no longer what the mistake was made in. */
export function mistaken(source: string, { title, file, find, replace, also }: Defect): string {
  return [{ find, replace }, ...(also ?? [])].reduce((text, change) => {
    const parts = text.split(change.find)
    if (parts.length !== 2) throw new Error(`“${title}” finds its place ${parts.length - 1} times in ${file}.`)
    return parts.join(change.replace)
  }, source)
}
