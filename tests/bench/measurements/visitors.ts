import { visitorSocketPath } from '#shared/messenger.ts'
import { insertHalls, insertPeople, type Hall } from '../crowd.ts'
import { requireFiles } from '../files.ts'
import { insertMessenger } from '../messenger.ts'
import { print, row } from '../print.ts'
import { difference, openScales, showHeld } from '../scales.ts'
import { origin, type Stage } from '../stage.ts'

const sockets = 5_000

/** What idle visitors of one node hold, each in front of a conversation of their own; beside bare Socket.IO's sockets. */
export async function visitors(stage: Stage): Promise<void> {
  requireFiles(sockets + 1_000)
  const { url, sql } = await stage.database()
  const redisUrl = await stage.redis()
  const weigh = await openScales(stage, redisUrl, sockets)
  const [hall] = (await insertHalls(sql, await insertPeople(sql, 1))) as [Hall]
  const { agentId, visitors: guests } = await insertMessenger(sql, hall, sockets)
  await sql`analyze`
  const rollcall = () => stage.rollcall(url, { redisUrl })
  const arriving = guests.map(({ token }) => ({ origin, path: visitorSocketPath, auth: { agentId, token } }))
  const watching = guests.map(({ conversationId }, n) => ({ ...arriving[n], watch: `conversation:${conversationId}` }))
  row(`${sockets.toLocaleString('en')} idle visitors on one node`, ['in use', 'of process', 'in Redis', 'ratio'])
  const theirs = await weigh(() => stage.server('sockets.ts'), [{}])
  showHeld('each connection: Socket.IO', theirs)
  const ratio = (used: number) => [`${(used / theirs.used).toFixed(2)} ×`]
  const connected = await weigh(rollcall, arriving)
  showHeld('each visitor, connected', connected, ratio(connected.used))
  // what rooms leave behind must not be taken for what they hold
  const present = await weigh(rollcall, watching, arriving)
  showHeld('each visitor, watching a conversation', present, ratio(present.used))
  showHeld('of it the conversation', difference(present, connected))
  print('(each visitor watches a conversation of their own, as in the Messenger)')
}
