import { arranger, emailsAreSent, workers, type Arranger, type Both } from '../arrange.ts'
import { insertTeam } from '../crowd.ts'
import { drive, median, quantile, type Drive } from '../load.ts'
import { ms, percent, print, row } from '../print.ts'
import type { Stage } from '../stage.ts'

/** How often each pair is measured, in turns, so that a noisy moment meets both; the middle one counts. */
const rounds = 5

export const invite = besideFloor('invite', '60 %', async (arrange) => () => arrange.invitations(60))
export const accept = besideFloor('accept', '60 %', async (arrange) => () => arrange.acceptances(30))
export const change = besideFloor('change role', '60 %', async (arrange) => () => arrange.roleChanges(80))
export const roster = besideFloor('roster of 100 people', '70 %', async (arrange, sql) => {
  const team = await insertTeam(sql, 100)
  return () => arrange.rosters(team, 80)
})

type Prepare = (arrange: Arranger, sql: Parameters<typeof arranger>[0]) => Promise<() => Promise<Both>>

function besideFloor(name: string, aim: string, prepare: Prepare) {
  return async (stage: Stage): Promise<void> => {
    const { url, sql } = await stage.database()
    const rollcall = await stage.rollcall(url)
    const floor = await stage.server('floor.ts', { DATABASE_URL: url })
    const arrange = arranger(sql, { rollcall: rollcall.port, floor: floor.port })
    await arrange.floorTables()
    const next = await prepare(arrange, sql)
    const sides = { rollcall: [] as Drive[], floor: [] as Drive[] }
    for (let round = 0; round <= rounds; round += 1) {
      const calls = await next()
      const order = round % 2 === 0 ? (['rollcall', 'floor'] as const) : (['floor', 'rollcall'] as const)
      for (const side of order) {
        const result = await drive(calls[side])
        await emailsAreSent(sql)
        // the first round only warms both up
        if (round > 0) sides[side].push(result)
      }
    }
    print(`${workers} requests at a time                  Rollcall             beside a floor: one statement`)
    row('', ['per s', 'p50', 'p99', 'per s', 'p50', 'p99', 'ratio', 'aim'])
    const ratio = median(sides.rollcall.map((one, round) => one.perSecond / (sides.floor[round]?.perSecond ?? 1)))
    row(name, [...columns(sides.rollcall), ...columns(sides.floor), percent(ratio), aim])
  }
}

function columns(drives: Drive[]): string[] {
  const all = drives.flatMap(({ latencies }) => latencies)
  return [median(drives.map((one) => one.perSecond)).toFixed(0), ms(quantile(all, 0.5)), ms(quantile(all, 0.99))]
}
