import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

type Wanted = {
  setting: string
  names: [string, ...string[]]
  debianPackage: string
  /** The folders where Debian puts it, where that is not on the PATH. */
  folders?: () => string[]
  /** What must be so before Debian's package is installed. */
  beforeInstall?: () => void
}

/** A program that tests need: by its setting, on the PATH, or from Debian's packages where we are root. */
export function findProgram(wanted: Wanted): string {
  const { setting, names, debianPackage, beforeInstall } = wanted
  const found = process.env[setting] ?? look(wanted)
  if (found) return found
  if (process.getuid?.() !== 0) {
    throw new Error(
      `No ${names[0]} here. Install one (Debian: sudo apt-get install ${debianPackage}) or set ${setting}.`,
    )
  }
  // two test files may need it at the same time
  const apt = (...words: string[]) => execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=600', '-qq', ...words])
  beforeInstall?.()
  apt('update')
  apt('install', '-y', debianPackage)
  return look(wanted) ?? names[0]
}

function look({ names, folders }: Wanted): string | undefined {
  const known = [...(process.env['PATH'] ?? '').split(path.delimiter), ...(folders?.() ?? [])]
  return names.flatMap((name) => known.map((folder) => path.join(folder, name))).find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
