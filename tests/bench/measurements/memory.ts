import { seatsOf } from '../audience.ts'
import { insertHalls, insertPeople, insertTeam } from '../crowd.ts'
import { print, row } from '../print.ts'
import { difference, openScales, showHeld } from '../scales.ts'
import type { Seat } from '../servers/audience.ts'
import { origin, type Stage } from '../stage.ts'

const sockets = 2_000

/** Bytes that a connection, and a stream, hold on the server once everything is quiet; and a stream in Redis. */
export async function memory(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  const redisUrl = await stage.redis()
  const weigh = await openScales(stage, redisUrl, sockets)
  const team = await insertTeam(sql, 100)
  const [loner] = await insertPeople(sql, 1)
  if (!loner) return
  const halls = await insertHalls(
    sql,
    Array.from({ length: sockets }, () => loner),
  )
  const seatIn = (workspaceId: string): Seat => ({ cookie: loner.cookie, origin, watch: `workspace:${workspaceId}` })
  const rollcall = () => stage.rollcall(url, { redisUrl })
  const theirs = await weigh(() => stage.server('sockets.ts'), [{}])
  const ours = await weigh(rollcall, seatsOf(team))
  const common = [seatIn(halls[0]?.workspaceId ?? '')]
  const together = await weigh(rollcall, common)
  const own = halls.map(({ workspaceId }) => seatIn(workspaceId))
  // what rooms leave behind must not be taken for what they hold
  const apart = await weigh(rollcall, own, common)
  row('memory', ['in use', 'of process', 'in Redis', 'ratio', 'aim'])
  showHeld('each connection: Socket.IO', theirs)
  showHeld('each connection: Rollcall', ours, [`${(ours.used / theirs.used).toFixed(2)} ×`, '1.50 ×'])
  showHeld('each stream that one of them watches', difference(apart, together))
  print(`(${sockets} connections; a stream is what a room of its own adds to a place in a common one)`)
}
