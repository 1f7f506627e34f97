import type { Page } from '@playwright/test'
import { expect, test } from 'vitest'
import { see, useBrowser, violationsOf } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { live, openAs } from '../support/panel.ts'
import { newTeam, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('the command menu finds pages, people, agents and actions, and goes there by keyboard alone', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  await ada.createAgent(workspace.id, 'Front desk')
  await ada.createWorkspace('Second place')
  const page = await signedIn(ada, `/w/${workspace.handle}/members`)
  await live(page)
  await page.keyboard.press('Control+k')
  const field = page.getByRole('combobox', { name: 'Search or jump to…' })
  await see(field).toBeFocused()
  await see(page.getByRole('dialog').getByRole('option', { name: 'Invite people' })).toBeVisible()
  await check(page, 'command-menu')

  await field.fill('grace')
  await see(page.getByRole('dialog').getByRole('option')).toHaveCount(1)
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/members?q=${encodeURIComponent(grace.email)}`)
  await see(page.getByRole('dialog')).toHaveCount(0)

  await page.keyboard.press('Control+k')
  await field.fill('front')
  await page.keyboard.press('Enter')
  await see(page.getByRole('heading', { name: 'Front desk', level: 1 })).toBeVisible()

  await page.getByRole('button', { name: /^Search or jump to…/ }).click()
  await field.fill('second')
  await page.keyboard.press('Enter')
  await see(page.getByRole('button', { name: /now in Second place$/ })).toBeVisible()

  await page.keyboard.press('Control+k')
  await field.fill('invite')
  await page.keyboard.press('Enter')
  await see(page.getByRole('heading', { name: 'Invite people to Second place' })).toBeVisible()
  await see(page.getByLabel('Email addresses')).toBeFocused()
})

test('the menu offers a Viewer nothing that a Viewer may not, and says where nothing is found', async () => {
  const { barbara, workspace } = await newTeam(node())
  const page = await signedIn(barbara, `/w/${workspace.handle}/members`)
  await page.keyboard.press('Control+k')
  await see(page.getByRole('dialog').getByRole('option', { name: 'Agents' })).toBeVisible()
  for (const name of ['Invite people', 'Create an agent', 'Plan & seats', 'Settings'])
    expect(await page.getByRole('dialog').getByRole('option', { name, exact: true }).count()).toBe(0)
  await page.getByRole('dialog').getByRole('combobox').fill('zzzz')
  await see(page.getByText('Nothing is called that.')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('i')
  await page.keyboard.press('?')
  await see(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
})

test('keys go to pages, open what they open, and are letters while somebody types', async () => {
  const { ada, workspace } = await newTeam(node())
  await ada.createAgent(workspace.id, 'Front desk')
  const page = await signedIn(ada, `/w/${workspace.handle}/members`)
  await live(page)
  const at = (name: string) => see(page.getByRole('heading', { name, level: 1 })).toBeVisible()
  await press(page, 'g', 'a')
  await at('Agents')
  await see(page.getByRole('link', { name: /Front desk/ })).toBeVisible()
  await page.keyboard.press('j')
  await see(page.getByRole('link', { name: /Front desk/ })).toBeFocused()
  await press(page, 'g', 'x', 'g', 's')
  await at('Settings')
  await press(page, 'g', 'm')
  await at('Members')
  await page.keyboard.press('/')
  await see(page.getByRole('searchbox')).toBeFocused()
  await page.keyboard.type('gigs?')
  await see(page.getByRole('searchbox')).toHaveValue('gigs?')
  await at('Members')
  await page.getByRole('heading', { name: 'Members', level: 1 }).click()
  await page.keyboard.press('i')
  await see(page.getByRole('dialog', { name: /^Invite people/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await see(page.getByRole('dialog')).toHaveCount(0)
  // with another key beside it, it is the browser's
  await page.keyboard.press('Alt+i')
  expect(await page.getByRole('dialog').count()).toBe(0)
})

test('WCAG 2.1.4 shortcuts of single keys can be switched off, for good in this browser', async () => {
  const { ada, workspace } = await newTeam(node())
  const page = await signedIn(ada, `/w/${workspace.handle}/members`)
  await live(page)
  await page.keyboard.press('?')
  const off = page.getByRole('switch', { name: 'Shortcuts of single keys' })
  await see(off).toBeChecked()
  await check(page, 'keyboard-shortcuts')
  await off.click()
  await page.keyboard.press('Escape')
  await see(page.getByRole('dialog')).toHaveCount(0)
  await page.reload()
  await live(page)
  await press(page, 'i', '?', 'g', 'a')
  await page.keyboard.press('Control+k')
  await see(page.getByRole('combobox', { name: 'Search or jump to…' })).toBeVisible()
  await see(page.getByRole('heading', { name: 'Members', level: 1, includeHidden: true })).toBeVisible()
})

test('in German the menu and the keys speak German', async () => {
  const { ada, workspace } = await newTeam(node())
  const page = await signedIn(ada, `/w/${workspace.handle}/members`)
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('deutsch')
  await page.keyboard.press('Enter')
  await see(page.getByRole('button', { name: /^Suchen oder springen/ })).toBeVisible()
  await page.keyboard.press('Control+k')
  await see(page.getByRole('dialog').getByRole('option', { name: 'Personen einladen' })).toBeVisible()
  await check(page, 'command-menu-german')
})

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

function signedIn(person: Person, address: string): Promise<Page> {
  return openAs(visit, person, address)
}

async function check(page: Page, name: string): Promise<void> {
  for (const [shape, width, colorScheme] of [['wide', 1280, 'light'], ['phone', 390, 'dark']] as const) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    expect(await violationsOf(page, { except: ['region'] })).toEqual([])
    await lookAt(page, `${shape}-${name}`)
  }
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ colorScheme: 'light' })
} // prettier-ignore
