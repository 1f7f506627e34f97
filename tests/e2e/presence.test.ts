import type { Page } from '@playwright/test'
import { expect, test } from 'vitest'
import { see, useBrowser, violationsOf } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { goToPage, live, rowOf, signInAt } from '../support/panel.ts'
import { newTeam, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('Ada sees Grace come online, go to the Help Desk and go; on the same page each sees the other’s face', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const open = async (person: Person, options = {}) => {
    const page = await visit('/sign-in', options)
    await signInAt(page, person)
    await see(page).toHaveURL(/members$/)
    await page.goto(`/w/${workspace.handle}/members`)
    await live(page)
    return page
  }
  const owner = await open(ada)
  const hers = rowOf(owner, grace.email)
  await see(rowOf(owner, ada.email)).toContainText('online · on Members')
  await see(hers).not.toContainText('online')

  const admin = await open(grace)
  await see(hers).toContainText('online · on Members')
  for (const [page, name] of [[owner, 'Grace'], [admin, 'Ada']] as const) await see(page.getByText(`${name} is here`)).toHaveCount(1) // prettier-ignore
  await lookAt(owner, 'presence-members')
  expect(await violationsOf(owner)).toEqual([])

  await toHelpDesk(admin)
  await see(hers).toContainText('online · in the Help Desk')
  await see(owner.getByText('Grace is here')).toHaveCount(0)
  await toHelpDesk(owner)
  for (const page of [owner, admin]) await see(page.getByText('is here')).toHaveCount(1)
  await lookAt(owner, 'presence-help-desk')
  await goToPage(owner, 'Members')

  // a reload is nobody's going: in the same breath she would be gone and back
  await hers.evaluate((row) => {
    new MutationObserver(() => {
      if (!row.textContent.includes('online')) row.setAttribute('data-flickered', '')
    }).observe(row, { subtree: true, childList: true, characterData: true })
  })
  await admin.reload()
  await live(admin)
  await see(hers).toContainText('online · in the Help Desk')
  expect(await hers.getAttribute('data-flickered')).toBeNull()

  await admin.context().close()
  await see(hers).not.toContainText('online')
})

test('on a phone and in German, who is here shows too', async () => {
  const { ada, grace, edsger, workspace } = await newTeam(node())
  const others = []
  for (const person of [grace, edsger]) {
    const page = await visit('/sign-in')
    await signInAt(page, person)
    await see(page).toHaveURL(/members$/)
    await page.goto(`/w/${workspace.handle}/members`)
    others.push(page)
  }
  await live(...others)
  const page = await visit('/sign-in', { locale: 'de-DE', viewport: { width: 390, height: 844 } })
  await page.evaluate(() => localStorage.setItem('rollcall:language', 'en'))
  await page.reload()
  await signInAt(page, ada)
  await see(page).toHaveURL(/members$/)
  await page.evaluate(() => localStorage.setItem('rollcall:language', 'de'))
  await page.goto(`/w/${workspace.handle}/members`)
  await see(page.getByText(/(Grace und Edsger|Edsger und Grace) sind hier/)).toHaveCount(1)
  await see(rowOf(page, grace.email)).toContainText('online · bei den Mitgliedern')
  await lookAt(page, 'presence-phone-german')
  expect(await violationsOf(page)).toEqual([])
})

async function toHelpDesk(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Product' }).getByRole('link', { name: 'Help Desk' }).click()
}
