import { Agent } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from '@playwright/test'
import { launchChromium } from '../../support/browser.ts'
import { insertInvitations, insertMembers, insertPeople, insertTeam, nameMembers, type Team } from '../crowd.ts'
import { median, pace, send } from '../load.ts'
import { ms, print, row } from '../print.ts'
import { feltIn, firstRowOf, noteInPage, readerOf, rowOfPanel, slowDown, type Felt, type Reader } from '../reader.ts'
import { origin, type Stage } from '../stage.ts'

const [signedIn, size, invited, perSecond, loads] = [100, 10_000, 1_000, 20, 5]

/** What somebody feels who works in the panel of 10,000 members while twenty of them change something each second. */
export async function panel(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  const { port } = await stage.rollcall(url)
  const team = await insertTeam(sql, signedIn)
  await insertMembers(sql, team, await insertPeople(sql, size - signedIn))
  await nameMembers(sql, team)
  await insertInvitations(sql, team, invited)
  await sql`analyze`
  const browser = await launchChromium([`--host-resolver-rules=MAP localhost:3000 127.0.0.1:${port}`])
  stage.after(() => browser.close())

  print(`the members panel: ${size} members, ${invited} invitations, ${perSecond} events a second`)
  const events = keepChanging(team, port)
  row('', ['times', 'p50', 'p95', 'worst'])
  for (const rate of [1, 4]) {
    const slow = rate === 1 ? '' : `, ${rate} × slower`
    show(`an empty page${slow}`, await measure(browser, team, rate, atNothing))
    const parts = await measureParts(browser, team, rate)
    for (const [name, felt] of Object.entries(parts)) show(`  ${name}${slow}`, felt)
    show(`the panel${slow}`, Object.values(parts).flat())
  }
  await events.stop()
  await showLoading(browser, team)
}

function show(name: string, felt: Felt): void {
  const { p50, p95, worst } = feltIn(felt)
  row(name, [String(felt.length), ms(p50), ms(p95), ms(worst)])
}

async function measure(browser: Browser, team: Team, rate: number, act: (reader: Reader) => Promise<void>) {
  const page = await openPage(browser, team, 'about:blank')
  await page.setContent('<input aria-label="Search members"><button>Member</button>')
  await slowDown(page, rate)
  const reader = readerOf(page)
  await act(reader)
  const felt = await reader.felt()
  await page.context().close()
  return felt
}

/** What an input and a button take that do nothing. */
async function atNothing(reader: Reader): Promise<void> {
  await reader.page.getByLabel('Search members').focus()
  for (const key of 'maria lovelace ') await reader.press(key)
  for (let times = 0; times < 15; times += 1) await reader.click('Member')
}

const parts: Record<string, (reader: Reader) => Promise<void>> = {
  async searching(reader) {
    await reader.page.getByLabel('Search members').focus()
    for (const words of ['maria', 'lovelace 1', 'example.com', 'nobody']) {
      for (const key of words) await reader.press(key === ' ' ? 'Space' : key)
      for (const _ of words) await reader.press('Backspace')
    }
  },
  async filtering(reader) {
    for (const label of ['Filter by role', 'Filter by status']) {
      await reader.page.getByLabel(label).focus()
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp', 'ArrowUp'])
        await reader.press(key)
    }
  },
  async sorting(reader) {
    for (const column of ['Member', 'Role', 'Status', 'Joined or sent']) {
      for (let times = 0; times < 3; times += 1) await reader.click(column)
    }
  },
  async 'opening menus after scrolling'(reader) {
    for (const by of [400, 4_000, 40_000, -40_000]) {
      await reader.scroll(by)
      await reader.click(/^Actions for/)
      await reader.press('Escape')
    }
    await reader.page.evaluate(() => scrollTo(0, 0))
  },
}

async function measureParts(browser: Browser, team: Team, rate: number): Promise<Record<string, Felt>> {
  const page = await openPage(browser, team)
  await firstRowOf(page)
  await page.locator('[data-connection=live]').first().waitFor()
  await slowDown(page, rate)
  const reader = readerOf(page)
  const felt: Record<string, Felt> = {}
  for (const [name, act] of Object.entries(parts)) {
    await act(reader)
    felt[name] = await reader.felt()
  }
  await page.context().close()
  return felt
}

/** The members page of the team's owner, in a browser of their own. */
async function openPage(
  browser: Browser,
  { owner, workspaceId }: Team,
  address = `/w/hall-${workspaceId}/members`,
): Promise<Page> {
  const context = await browser.newContext({ baseURL: origin, viewport: { width: 1280, height: 900 } })
  const [name = '', value = ''] = owner.cookie.split('=')
  await context.addCookies([{ name, value, url: origin }])
  await context.addInitScript(noteInPage, rowOfPanel)
  const page = await context.newPage()
  await page.goto(address)
  return page
}

/** Members change their names and the owner changes roles, in turns, until it is stopped. */
function keepChanging({ workspaceId, owner, people, memberIds }: Team, port: number) {
  const agent = new Agent({ keepAlive: true })
  const of = `/api/workspaces/${workspaceId}`
  const change = (n: number) => {
    const who = 1 + (n % (signedIn - 1))
    const role = { role: n % 4 < 2 ? 'viewer' : 'editor' }
    return n % 2 === 0
      ? send(agent, { port, method: 'PATCH', path: `${of}/members/${memberIds[who]}`, cookie: owner.cookie, body: role, expect: 200 })
      : send(agent, { port, method: 'PATCH', path: `${of}/membership`, cookie: people[who]?.cookie ?? '', body: { displayName: `Maria ${n}` }, expect: 200 })
  } // prettier-ignore
  let going = true
  const all = (async () => {
    for (let second = 0; going; second += 1) {
      await pace({ perSecond, seconds: 1 }, (n) => change(second * perSecond + n))
    }
  })()
  return {
    async stop(): Promise<void> {
      going = false
      await all
      agent.destroy()
    },
  }
}

/** From the address to the first row, with nothing kept from before but the files of the page. */
async function showLoading(browser: Browser, team: Team): Promise<void> {
  const page = await openPage(browser, team)
  const taken = [await firstRowOf(page)]
  for (let n = 1; n < loads; n += 1) {
    await page.reload()
    taken.push(await firstRowOf(page))
  }
  const { text, parsing } = await page.evaluate(async (id) => {
    const answer = await fetch(`/api/workspaces/${id}/roster`)
    const read = await answer.text()
    const started = performance.now()
    JSON.parse(read)
    return { text: read, parsing: performance.now() - started }
  }, team.workspaceId)
  const sent = await page.evaluate(() => {
    const [entry] = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter(({ name }) => name.endsWith('/roster'))
    return { bytes: entry?.encodedBodySize ?? 0, waited: entry ? entry.responseEnd - entry.startTime : 0 }
  }) // prettier-ignore
  const size = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`
  row('first row on the screen', [ms(median(taken))])
  row('  the roster asked for and there', [ms(sent.waited)])
  row('  its size, as sent, gzipped', [size(Buffer.byteLength(text)), size(sent.bytes), size(gzipSync(text).length)])
  row('  parsing it', [ms(parsing)])
}
