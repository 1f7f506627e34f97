import { Agent } from 'node:http'
import { gather, seatsOf } from '../audience.ts'
import { now } from '../clock.ts'
import { insertMembers, insertPeople, insertTeam, type Team } from '../crowd.ts'
import { median, send, type Call } from '../load.ts'
import { ms, print, row } from '../print.ts'
import type { Stage } from '../stage.ts'

const sizes = [100, 1_000, 10_000]
const [signedIn, sockets, times] = [100, 1_000, 9]

/** What a workspace costs by its size: each step alone, one after the other, the median of nine. */
export async function members(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  const { port } = await stage.rollcall(url)
  const clients = await stage.server('audience.ts')
  const columns: string[][] = []
  for (const size of sizes) {
    const team = await insertTeam(sql, signedIn)
    await insertMembers(sql, team, await insertPeople(sql, size - signedIn))
    await sql`analyze`
    columns.push(await figuresOf(team))
  }
  print(`a workspace by its members, ${sockets} sockets watching`)
  row('', sizes.map((size) => size.toLocaleString('en'))) // prettier-ignore
  const names = [
    'roster, first sight', 'its size', 'roster, nothing changed (304)', 'one socket enters', '1,000 sockets enter',
    'role change', 'one’s name change', 'seats change', 'one event to 1,000 sockets',
  ] // prettier-ignore
  names.forEach((name, n) => row(name, columns.map((column) => column[n] ?? ''))) // prettier-ignore

  async function figuresOf(team: Team): Promise<string[]> {
    const agent = new Agent({ keepAlive: true })
    const path = `/api/workspaces/${team.workspaceId}`
    const call = (method: string, to: string, more: Partial<Call> = {}) =>
      send(agent, { port, method, path: to, cookie: team.owner.cookie, expect: 200, ...more })
    const inTurn = async (act: (n: number) => Promise<{ milliseconds: number }>) => {
      const taken: number[] = []
      for (let n = 0; n < times; n += 1) taken.push((await act(n)).milliseconds)
      return ms(median(taken))
    }
    const entering = async (size: number) => {
      const started = now()
      const audience = await gather(clients, { ports: [port], seats: seatsOf(team), size })
      return { audience, milliseconds: now() - started }
    }
    const alone = async () => {
      const { audience, milliseconds } = await entering(1)
      await audience.leave()
      return { milliseconds }
    }
    const enters = await inTurn(alone)
    const all = await entering(sockets)
    const first = await call('GET', `${path}/roster`)
    const known = { 'If-None-Match': String(first.headers['etag']) }
    const role = (n: number) => ({ role: n % 2 === 0 ? 'viewer' : 'editor' })
    const figures = [
      await inTurn(() => call('GET', `${path}/roster`)),
      `${(Buffer.byteLength(first.text) / 1024).toFixed(0)} KiB`,
      await inTurn(() => call('GET', `${path}/roster`, { headers: known, expect: 304 })),
      enters,
      ms(all.milliseconds),
      await inTurn((n) => call('PATCH', `${path}/members/${team.memberIds[1]}`, { body: role(n) })),
      await inTurn((n) => call('PATCH', `${path}/membership`, { body: { displayName: `Ada ${n}` } })),
      await inTurn((n) => call('PUT', '/api/account/seats', { body: { addonSeats: 9_000 + n } })),
      await inTurn(async (n) => {
        await all.audience.mark()
        const started = now()
        await call('PATCH', `${path}/membership`, { body: { displayName: `Grace ${n}` } })
        return { milliseconds: (await all.audience.heard(sockets)).last - started }
      }),
    ]
    await all.audience.leave()
    agent.destroy()
    return figures
  }
}
