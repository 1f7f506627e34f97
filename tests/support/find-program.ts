import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

type Wanted = { setting: string; names: [string, ...string[]]; debianPackage: string }

/** A program that tests need: by its setting, on the PATH, or from Debian's packages where we are root. */
export function findProgram({ setting, names, debianPackage }: Wanted): string {
  const found = process.env[setting] ?? onPath(names)
  if (found) return found
  if (process.getuid?.() !== 0) {
    throw new Error(
      `No ${names[0]} here. Install one (Debian: sudo apt-get install ${debianPackage}) or set ${setting}.`,
    )
  }
  // two test files may need it at the same time
  const apt = (...words: string[]) => execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=600', '-qq', ...words])
  apt('update')
  apt('install', '-y', debianPackage)
  return onPath(names) ?? names[0]
}

function onPath(names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
