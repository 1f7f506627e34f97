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
  for (const change of changesOf(defect)) {
    const file = path.join(folder, change.file)
    await writeFile(file, mistaken(await readFile(file, 'utf8'), change))
  }
  await promisify(execFile)(process.execPath, [vite, 'build', '-c', 'vite.server.config.ts'], { cwd: folder })
  return {
    program: path.join(folder, 'dist/server/main.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

type Change = { title: string; file: string; find: string; replace: string }

/** What a mistake changes, one place after the other. */
export function changesOf({ title, file, find, replace, also = [] }: Defect): Change[] {
  return [{ find, replace }, ...also].map((change) => ({ title, file, ...change }))
}

/** Throws where the source is no longer what the mistake was made in. */
export function mistaken(source: string, { title, file, find, replace }: Change): string {
  const parts = source.split(find)
  if (parts.length !== 2) throw new Error(`“${title}” finds its place ${parts.length - 1} times in ${file}.`)
  return parts.join(replace)
}
