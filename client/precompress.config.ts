import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Smaller files are one packet either way. */
const fewestBytes = 1024
const ofText = /\.(js|css|svg)$/

/** Lays each built script and style beside itself as `.br` and `.gz`: the server hands out what a browser takes, and compresses nothing. */
export function precompress(folder = ''): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    writeBundle({ dir = '' }) {
      const built = path.join(dir, folder)
      for (const name of readdirSync(built).filter((one) => ofText.test(one))) compress(path.join(built, name))
    },
  }
}

function compress(file: string): void {
  const bytes = readFileSync(file)
  if (bytes.length < fewestBytes) return
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  )
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }))
}
