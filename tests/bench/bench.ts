import { cpus } from 'node:os'
import { across } from './measurements/across.ts'
import { burst } from './measurements/burst.ts'
import { bystander } from './measurements/bystander.ts'
import { desk } from './measurements/desk.ts'
import { latency } from './measurements/latency.ts'
import { members } from './measurements/members.ts'
import { memory } from './measurements/memory.ts'
import { paint } from './measurements/paint.ts'
import { panel } from './measurements/panel.ts'
import { presence } from './measurements/presence.ts'
import { rest } from './measurements/rest.ts'
import { accept, change, invite, roster } from './measurements/requests.ts'
import { search } from './measurements/search.ts'
import { storm } from './measurements/storm.ts'
import { streams } from './measurements/streams.ts'
import { visitors } from './measurements/visitors.ts'
import { webhooks } from './measurements/webhooks.ts'
import { print } from './print.ts'
import { openTheatre, type Stage } from './stage.ts'

/** All that `npm run bench` measures, in its order; `npm run bench <name>` measures those whose names begin so. */
const measurements: Record<string, (stage: Stage) => Promise<void>> = {
  invite,
  accept,
  change,
  roster,
  latency,
  burst,
  memory,
  across,
  streams,
  bystander,
  rest,
  presence,
  storm,
  members,
  panel,
  paint,
  desk,
  visitors,
  webhooks,
  search,
}

const only = process.argv[2] ?? ''
const wanted = Object.entries(measurements).filter(([name]) => name.startsWith(only))
if (wanted.length === 0) throw new Error(`There is no measurement ${only}: ${Object.keys(measurements).join(', ')}.`)

print(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'cpu'}, PostgreSQL with fsync on this disk.`)
const theatre = await openTheatre()
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(`Ended by ${signal}.`)))
})
interrupted.catch(() => undefined)
try {
  for (const [name, measure] of wanted) {
    const started = performance.now()
    print()
    await Promise.race([theatre.perform(measure), interrupted])
    if (process.env['TIMES']) print(`(${name}: ${((performance.now() - started) / 1000).toFixed(0)} s)`)
  }
} finally {
  await theatre.close()
}
