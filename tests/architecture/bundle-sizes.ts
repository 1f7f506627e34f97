import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'

type Chunk = Rolldown.OutputChunk
type Measured = { name: string; config: string; limit: number; loaded: (chunks: Chunk[]) => Chunk[] }

/** What a page loads is built anew, into memory, and may have this many bytes gzipped: `npm run check:sizes`. */
const measured: Measured[] = [
  {
    name: 'the script in pages of others',
    config: 'client/messenger/embed.vite.config.ts',
    limit: 15_000,
    loaded: (chunks) => chunks.filter(({ fileName }) => fileName === 'messenger.js'),
  },
  {
    name: 'the members panel, until it can be seen',
    config: 'client/vite.config.ts',
    limit: 90_000,
    loaded: (chunks) =>
      withImports(chunks, ['index.html', 'screens/WorkspaceScreen.svelte', 'screens/MembersScreen.svelte']),
  },
]

for (const { name, config, limit, loaded } of measured) {
  const sizes = loaded(await chunksOf(config)).map(({ code }) => gzipSync(code).length)
  const size = sizes.reduce((sum, one) => sum + one, 0)
  process.stdout.write(`${name}: ${size} bytes gzipped in ${sizes.length} files, of at most ${limit}\n`)
  if (size > limit) process.exitCode = 1
}

async function chunksOf(config: string): Promise<Chunk[]> {
  const built = await build({ configFile: config, logLevel: 'error', build: { write: false } })
  const outputs = Array.isArray(built) ? built : 'output' in built ? [built] : []
  return outputs.flatMap(({ output }) => output).filter((one) => one.type === 'chunk')
}

/** The chunks that begin with these modules, and everything that they cannot begin without. */
function withImports(chunks: Chunk[], modules: string[]): Chunk[] {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
  const all = new Set<Chunk>()
  const add = (chunk: Chunk | undefined): void => {
    if (!chunk || all.has(chunk)) return
    all.add(chunk)
    for (const name of chunk.imports) add(byName.get(name))
  }
  for (const module of modules) {
    const chunk = chunks.find(({ facadeModuleId, moduleIds }) =>
      [facadeModuleId, ...moduleIds].some((id) => id?.endsWith(`/client/${module}`)),
    )
    if (!chunk) throw new Error(`No chunk begins with ${module}.`)
    add(chunk)
  }
  return [...all]
}
