import { gather, seatsOf } from '../audience.ts'
import { insertTeam } from '../crowd.ts'
import { print, row } from '../print.ts'
import { countStatements, forgetStatements, statementsOf } from '../statements.ts'
import type { Stage } from '../stage.ts'

const [size, seconds] = [2_000, 10]
/** Changes of page in a second, by all of them together. */
const rates = [0, 20, 200, 1_000]

/** What it costs that people who all watch one workspace look at one page of it after the other. */
export async function presence(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  await countStatements(sql)
  const node = await stage.rollcall(url, { redisUrl: await stage.redis() })
  const clients = await stage.server('audience.ts')
  const audience = await gather(clients, { ports: [node.port], seats: seatsOf(await insertTeam(sql, size)), size })
  print(`a second of ${size} members on one node who change pages, each shown to all of them`)
  row('changes', ['node busy', 'database', 'frames each', 'kB each'])
  for (const rate of rates) {
    await audience.look(rate, 2)
    await forgetStatements(sql)
    const before = await node.cpu()
    const { frames, bytes } = await audience.look(rate, seconds)
    const busy = (await node.cpu()) - before
    const { milliseconds } = await statementsOf(sql)
    const each = (total: number) => (total / seconds / size).toFixed(1)
    row(String(rate), [
      `${(busy / seconds).toFixed(0)} ms`,
      `${(milliseconds / seconds).toFixed(1)} ms`,
      each(frames),
      each(bytes / 1_000),
    ])
  }
  await audience.leave()
}
