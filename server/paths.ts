import { existsSync } from 'node:fs'
import path from 'node:path'

/** The folder that holds package.json: the same from the sources and from the build. */
export const projectRoot = rootAbove(import.meta.dirname)

function rootAbove(folder: string): string {
  if (existsSync(path.join(folder, 'package.json'))) return folder
  const parent = path.dirname(folder)
  if (parent === folder) throw new Error('Rollcall cannot find its package.json.')
  return rootAbove(parent)
}
