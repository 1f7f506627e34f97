import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const client = path.resolve(import.meta.dirname, '../../client')

export type SourceFile = { file: string; text: string }

/** The client's files that end so, by their paths within it. */
export function clientFiles(...endings: string[]): SourceFile[] {
  return readdirSync(client, { recursive: true, encoding: 'utf8' })
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .sort()
    .map((file) => ({ file, text: readFileSync(path.join(client, file), 'utf8') }))
}
