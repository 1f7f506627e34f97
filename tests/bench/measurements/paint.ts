import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from '@playwright/test'
import type postgres from 'postgres'
import { launchChromium } from '../../support/browser.ts'
import { insertTeam, nameMembers } from '../crowd.ts'
import { median } from '../load.ts'
import { ms, print, row } from '../print.ts'
import { firstRowOf, noteInPage, rowOfPanel, slowDown } from '../reader.ts'
import { origin, type Stage } from '../stage.ts'

const [size, slower, warming, loads] = [100, 4, 2, 9]

/** A page with members, and what a row of them is in it. */
type Shown = { name: string; address: string; row: string; cookie?: string }
/** Milliseconds from the address on, and the bytes of all scripts, as sent, that had come until the row was seen. */
type Load = { seen: number; painted: number; scripts: number }

/**
 * How soon the first member can be seen with nothing kept from before, on a slow processor: the panel, the same members as
 * plain HTML, and another members panel if `PEER_PANEL` says where one is (with its `PEER_COOKIE` and `PEER_ROW`).
 */
export async function paint(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  const { port } = await stage.rollcall(url)
  const team = await insertTeam(sql, size)
  await nameMembers(sql, team)
  await sql`analyze`
  const floor = await servePlain(stage, await linesOf(sql, team.workspaceId))
  const ours = `${origin}/w/hall-${team.workspaceId}/members`
  const all: Shown[] = [
    { name: 'floor: the members as plain HTML', address: floor, row: 'tbody tr' },
    { name: 'Rollcall', address: ours, row: rowOfPanel, cookie: team.owner.cookie },
    ...peers(),
  ]
  const browser = await launchChromium([`--host-resolver-rules=MAP localhost:3000 127.0.0.1:${port}`])
  stage.after(() => browser.close())

  const loaded = all.map((shown) => ({ shown, taken: [] as Load[] }))
  for (let round = 0; round < warming + loads; round += 1) {
    for (const { shown, taken } of loaded) taken.push(await load(browser, shown))
  }
  print(`the first of ${size} members on the screen, ${slower} × slower, the median of ${loads} loads`)
  row('', ['first row', '× floor', 'quickest', 'slowest', 'any paint', 'JavaScript'], 11)
  const counted = loaded.map(({ shown, taken }) => ({ shown, taken: taken.slice(warming) }))
  const least = median(counted[0]?.taken.map(({ seen }) => seen) ?? [])
  for (const { shown, taken } of counted) show(shown.name, taken, least)
}

function peers(): Shown[] {
  const { PEER_PANEL: address, PEER_ROW: row = 'tbody tr', PEER_COOKIE: cookie } = process.env
  return address ? [{ name: `peer: ${new URL(address).host}`, address, row, ...(cookie && { cookie }) }] : []
}

/** One load by somebody who was never there: no file, no compiled script and no connection is left of the last one. */
async function load(browser: Browser, { address, row, cookie }: Shown): Promise<Load> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const [name = '', ...value] = cookie?.split('=') ?? []
  if (cookie) await context.addCookies([{ name, value: value.join('='), url: new URL(address).origin }])
  await context.addInitScript(noteInPage, row)
  const page = await context.newPage()
  const session = await slowDown(page, slower)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  // to ask the page anything while it loads would take part of its processor
  await page.goto(address, { waitUntil: 'networkidle' })
  const seen = await firstRowOf(page)
  const rest = await page.evaluate((until) => {
    const files = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
    return {
      painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
      scripts: files
        .filter(({ name, responseEnd }) => name.endsWith('.js') && responseEnd <= until)
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    }
  }, seen)
  await context.close()
  return { seen, ...rest }
}

function show(name: string, taken: Load[], least: number): void {
  const middle = (of: keyof Load) => median(taken.map((one) => one[of]))
  const [seen, all] = [middle('seen'), taken.map((one) => one.seen)]
  const others = [Math.min(...all), Math.max(...all), middle('painted')].map(ms)
  row(name, [ms(seen), times(seen / least), ...others, `${(middle('scripts') / 1024).toFixed(0)} KiB`], 11)
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)} ×`
}

async function linesOf(sql: postgres.Sql, workspaceId: string): Promise<string[]> {
  const members = await sql<{ displayName: string; email: string; role: string }[]>`
    select m.display_name as "displayName", u.email, m.role
    from members m
    join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId}
    order by m.display_name`
  return members.map(({ displayName, email, role }) => `<tr><td>${displayName}<td>${email}<td>${role}`)
}

/** Nothing can show them sooner: one file, no script. Answers its address. */
async function servePlain(stage: Stage, lines: string[]): Promise<string> {
  const style =
    'body{font:14px system-ui;margin:2rem auto;max-width:60rem}table{width:100%}td{padding:8px;border-top:1px solid #ddd}'
  const page = `<!doctype html><meta charset="utf-8"><title>Members</title><link rel="icon" href="data:,"><style>${style}</style><table><tbody>${lines.join('')}</table>` // prettier-ignore
  const server = createServer((_, answer) => answer.writeHead(200, { 'Content-Type': 'text/html' }).end(page))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stage.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
