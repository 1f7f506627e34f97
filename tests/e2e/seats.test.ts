import type { Page } from '@playwright/test'
import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { expectToFit, see, useBrowser, violationsOf } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { live, openAs, signInAt } from '../support/panel.ts'
import { join, newUser, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('the line for a seat shows who waits here in their order, and of other workspaces how many', async () => {
  const { ada, workspace } = await newLine()
  const page = await signedIn(ada, `/w/${workspace.handle}/members`)
  await live(page)
  await see(page.getByText('Next in line: second@example.com')).toBeVisible()
  await see(page.getByText('2 held for invitations')).toBeVisible()
  await page.getByText('Next in line').click()
  const line = page.getByRole('list', { name: 'The line for a seat' }).getByRole('listitem')
  await see(line).toHaveText([/second@example.com/, /third@example.com/])
  await see(page.getByText('One more waits in another workspace.')).toBeVisible()
  await see(page.getByRole('region', { name: 'Seats' })).not.toContainText('elsewhere@example.com')
  await check(page, 'seat-line')

  await ada.setAddonSeats(4)
  await see(line).toHaveText([/third@example.com/])
})

test('a year of seats is a chart to be gone through by pointer and by keyboard, a table, and goes on live', async () => {
  const { ada, workspace } = await newLine()
  await aYearOf(ada)
  const page = await signedIn(ada, `/w/${workspace.handle}/plan`)
  await live(page)
  const chart = page.getByRole('slider', { name: /^Seats by day/ })
  await see(chart).toHaveAttribute('aria-valuemax', '366')
  await see(chart).toHaveAttribute('aria-valuetext', /: 3 of 3 seats used, 3 waiting$/)
  await chart.focus()
  await page.keyboard.press('Home')
  await see(chart).toHaveAttribute('aria-valuenow', '1')
  await see(chart).toHaveAttribute('aria-valuetext', /: 0 of 5 seats used$/)
  await page.keyboard.press('PageUp')
  await see(chart).toHaveAttribute('aria-valuenow', '31')
  const box = await chart.boundingBox()
  if (!box) throw new Error('The chart has no place.')
  await page.mouse.move(box.x + box.width * 0.7, box.y + 60)
  await see(chart.locator('.tip')).toBeVisible()
  await check(page, 'seat-history')

  await page.getByText('Show as a table').click()
  const rows = page.getByRole('table', { name: 'Days on which the seats changed' }).getByRole('row')
  await see(rows.nth(1)).toContainText(/3\s*3\s*3$/)
  await ada.setAddonSeats(9)
  await see(rows.nth(1)).toContainText(/6\s*9\s*0$/)
  await page.keyboard.press('Escape')
  await chart.focus()
  await page.keyboard.press('End')
  await see(chart).toHaveAttribute('aria-valuetext', /: 6 of 9 seats used$/)
})

test('who does not own the account is told who does, and shown no history', async () => {
  const { ada, workspace } = await newLine()
  await ada.setAddonSeats(20)
  const grace = await newUser(node(), 'Grace')
  await join(ada, workspace.id, grace, 'admin')
  const page = await signedIn(grace, `/w/${workspace.handle}/plan`)
  await see(page.getByText('The Owner of Acme manages the plan and its seats.')).toBeVisible()
  await see(page.getByRole('heading', { name: 'History' })).toHaveCount(0)
})

test('in German the plan page says all of it in German', async () => {
  const { ada, workspace } = await newLine()
  await aYearOf(ada)
  const page = await visit('/sign-in', { locale: 'de-DE' })
  await page.evaluate(() => localStorage.setItem('rollcall:language', 'en'))
  await page.reload()
  await signInAt(page, ada)
  await page.waitForURL('**/members')
  await page.evaluate(() => localStorage.setItem('rollcall:language', 'de'))
  await page.goto(`/w/${workspace.handle}/plan`)
  await see(page.getByRole('heading', { name: 'Tarif & Plätze', level: 1 })).toBeVisible()
  await see(page.getByRole('meter', { name: 'Belegte Plätze' })).toHaveAttribute(
    'aria-valuetext',
    '3 von 3 Plätzen belegt',
  )
  await see(page.getByRole('slider', { name: /^Plätze nach Tagen/ })).toBeVisible()
  await check(page, 'seat-history-german')
})

/** Ada has three seats: Kay is in, two invitations hold the others, two wait, and another in another workspace. */
async function newLine() {
  const ada = await newUser(node())
  await ada.setAddonSeats(3)
  const workspace = await ada.createWorkspace('Acme')
  await join(ada, workspace.id, await newUser(node(), 'Kay'), 'editor')
  for (const name of ['held', 'first', 'second', 'third']) await ada.invite(workspace.id, `${name}@example.com`)
  const other = await ada.createWorkspace('Secret project')
  await ada.invite(other.id, 'elsewhere@example.com')
  return { ada, workspace }
}

/** Arranges that the account is old, and that its seats came and went during the year. */
async function aYearOf({ userId, me }: Person): Promise<void> {
  const { account } = await me()
  const { owner } = node()
  const stream = streamOf('account', account.id)
  await owner`update users set created_at = now() - interval '2 years' where id = ${userId}`
  await owner`
    update events
    set
      at = now() - make_interval(days => 400),
      data = data || '{"used": 0, "limit": 5, "waiting": 0, "active": 0, "pending": 0, "available": 5}'
    where stream = ${stream} and position = 1`
  await owner`
    update events
    set
      at = now() - make_interval(days => (320 - position * 45)::int),
      data = data || jsonb_build_object('used', least(position, 5), 'limit', 5)
    where stream = ${stream} and position between 2 and 6`
}

function signedIn(person: Person, address: string): Promise<Page> {
  return openAs(visit, person, address)
}

async function check(page: Page, name: string): Promise<void> {
  expect(await violationsOf(page)).toEqual([])
  await lookAt(page, name)
  await page.setViewportSize({ width: 390, height: 800 })
  await expectToFit(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await violationsOf(page)).toEqual([])
  await lookAt(page, `phone-${name}`)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 800 })
}
