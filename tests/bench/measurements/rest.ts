import { gather } from '../audience.ts'
import { insertHalls, insertPeople } from '../crowd.ts'
import { print, row } from '../print.ts'
import { countStatements, forgetStatements, statementsOf } from '../statements.ts'
import { origin, type Stage } from '../stage.ts'

const sizes = [0, 1_000, 4_000]
/** Longer than the period of the sweep. */
const seconds = 15

/** What sockets cost while nothing happens: the poll of their streams' heads, the sweep of their sessions, their pings. */
export async function rest(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  await countStatements(sql)
  const redisUrl = await stage.redis()
  const node = await stage.rollcall(url, { redisUrl })
  const clients = await stage.server('audience.ts')
  const owners = await insertPeople(sql, Math.max(...sizes))
  const halls = await insertHalls(sql, owners)
  await sql`analyze`
  print('a second in which nothing happens, each socket with a person and a workspace of its own: two streams')
  row('', ['statements', 'database', 'node busy'])
  for (const size of sizes) {
    const seats = halls.map(({ owner, workspaceId }) => {
      return { cookie: owner.cookie, origin, watch: `workspace:${workspaceId}` }
    })
    const audience = await gather(clients, { ports: [node.port], seats, size })
    await forgetStatements(sql)
    const before = await node.cpu()
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    const busy = (await node.cpu()) - before
    const { calls, milliseconds } = await statementsOf(sql)
    await audience.leave()
    const each = (total: number, unit: string) => `${(total / seconds).toFixed(1)}${unit}`
    row(`${size} sockets`, [each(calls, ''), each(milliseconds, ' ms'), each(busy, ' ms')])
  }
}
