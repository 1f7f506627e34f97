import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/** What pages of others load is built anew, into memory, and may have this many bytes gzipped: `npm run check:sizes`. */
const limits = [{ config: 'client/messenger/embed.vite.config.ts', file: 'messenger.js', limit: 15 * 1024 }]

for (const { config, file, limit } of limits) {
  const size = gzipSync(await codeOf(config, file)).length
  process.stdout.write(`${file}: ${size} bytes gzipped, of at most ${limit}\n`)
  if (size > limit) process.exitCode = 1
}

async function codeOf(config: string, file: string): Promise<string> {
  const built = await build({ configFile: config, logLevel: 'warn', build: { write: false } })
  const outputs = Array.isArray(built) ? built : 'output' in built ? [built] : []
  const chunk = outputs.flatMap(({ output }) => output).find(({ fileName }) => fileName === file)
  if (chunk?.type !== 'chunk') throw new Error(`${config} builds no ${file}.`)
  return chunk.code
}
