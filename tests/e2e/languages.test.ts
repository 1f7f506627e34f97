import type { Page } from '@playwright/test'
import { expect, test } from 'vitest'
import type { WebhookWithSecret } from '#shared/protocol/agents/webhooks.ts'
import { scopes } from '#shared/scopes.ts'
import { expectToFit, see, useBrowser, violationsOf } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { live, openAs } from '../support/panel.ts'
import { newPerson, newTeam, newUser, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'
import { newVisitor } from '../support/visitor.ts'

const node = useNode()
const { visit } = useBrowser(node)

const shapes = [
  { shape: 'wide', viewport: { width: 1280, height: 800 } },
  { shape: 'phone', viewport: { width: 390, height: 780 } },
] as const

test('the language is chosen in the menu: the page speaks it at once, and after a reload, with its dates', async () => {
  const { ada, workspace } = await newTeam(node())
  const page = await signedIn(ada, `/w/${workspace.handle}/settings`)
  await see(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitemradio', { name: 'Deutsch' }).click()
  await see(page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible()
  await see(page.locator('html')).toHaveAttribute('lang', 'de')
  await page.reload()
  await see(page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible()
  await see(page.locator('html')).toHaveAttribute('lang', 'de')

  await page.goto('/account')
  const began = page.getByText(/^angemeldet /).first()
  await see(began).toHaveAttribute('title', /^\p{L}+, \d+\. \p{L}+ \d{4} um \d\d:\d\d$/u)
  await page.getByRole('combobox', { name: 'Sprache der Seiten' }).selectOption('English')
  await see(page.getByRole('heading', { name: 'Account', exact: true })).toBeVisible()
  await see(page.getByText(/^signed in /).first()).toHaveAttribute('title', /^\p{L}+, \p{L}+ \d+, \d{4} at /u)
  await see(page.locator('html')).toHaveAttribute('lang', 'en')
})

test('a browser that asks for German gets it, with what the server and the fields refuse', async () => {
  const ada = await newUser(node())
  const page = await visit('/sign-in', { locale: 'de-AT' })
  await page.getByLabel('E-Mail').fill(ada.email)
  await page.getByLabel('Passwort', { exact: true }).fill('wrong horse 42')
  await page.getByRole('button', { name: 'Anmelden' }).click()
  await see(page.getByText('E-Mail und Passwort gehören nicht zusammen.')).toBeVisible()
  await page.getByRole('link', { name: 'Konto erstellen' }).click()
  await page.getByLabel('Name').fill('Ada')
  await page.getByLabel('E-Mail').fill('ada')
  await page.getByLabel('Passwort').fill('kurz')
  await page.getByRole('button', { name: 'Registrieren' }).click()
  await see(page.getByText('Gib eine E-Mail-Adresse wie ada@example.com ein.')).toBeVisible()
  await see(page.getByText('Mindestens 8 Zeichen.', { exact: true })).toBeVisible()
  await check(page, 'sign-up')
})

test('axe finds nothing in German before anybody is signed in, and nothing is wider than the window', async () => {
  const ada = await newUser(node())
  await ada.setAddonSeats(1)
  const workspace = await ada.createWorkspace('Acme')
  const { token } = await ada.inviteByMail(workspace.id, newPerson(node(), 'Tony').email)
  const page = await visit('/sign-in', { locale: 'de-DE' })
  for (const [address, heading] of [['/sign-in', 'Anmelden'], ['/forgot', 'Passwort vergessen?'], ['/reset#none', 'Wähle ein neues Passwort'], ['/verify#none', 'Bestätige deine Adresse'], [`/invite#${token}`, 'Acme beitreten'], ['/invite#none', 'Dieser Link funktioniert nicht'], ['/nowhere', 'Hier ist nichts']] as const) {
    await page.goto('about:blank')
    await page.goto(address)
    await see(page.getByRole('heading', { name: heading, level: 1 })).toBeVisible()
    await check(page, heading.replaceAll(/\W+/g, '-').toLowerCase())
  }
}) // prettier-ignore

test('axe finds nothing in German on the pages of a workspace, and nothing is wider than the window', async () => {
  const { ada, workspace, agent, conversation } = await furnished()
  const page = await inGerman(ada, `/w/${workspace.handle}/members`)
  for (const place of ['members', 'membership', 'plan', 'settings', 'agents', `help-desk/${agent}/${conversation}`]) {
    await lookInto(page, `/w/${workspace.handle}/${place}`)
  }
  await lookInto(page, '/account')
})

test('axe finds nothing in German on the pages of an agent, and nothing is wider than the window', async () => {
  const { ada, workspace, agent, webhook } = await furnished()
  const path = `/w/${workspace.handle}/agents/${agent}`
  const page = await inGerman(ada, path)
  for (const place of [
    '',
    '/knowledge',
    '/messenger',
    '/integrations',
    '/webhooks',
    `/webhooks/${webhook}`,
    '/api-keys',
  ]) {
    await lookInto(page, path + place)
  }
})

test('lines that run from right to left mirror the pages, and nothing is wider than the window', async () => {
  const { ada, workspace, agent, conversation } = await furnished()
  const page = await signedIn(ada, `/w/${workspace.handle}/members`)
  for (const place of ['members', 'plan', 'settings', 'agents', `help-desk/${agent}/${conversation}`, `agents/${agent}/knowledge`, `agents/${agent}/messenger`]) {
    await page.goto(`/w/${workspace.handle}/${place}`)
    await settled(page)
    await page.evaluate(() => (document.documentElement.dir = 'rtl'))
    for (const { shape, viewport } of shapes) {
      await page.setViewportSize(viewport)
      await expectToFit(page, `${place}, ${shape}`)
      await lookAt(page, `rtl-${shape}-${nameOf(place)}`)
    }
    await page.setViewportSize(shapes[0].viewport)
    const side = await page.getByRole('complementary').first().boundingBox()
    expect(side && side.x + side.width).toBe(shapes[0].viewport.width)
  }
}) // prettier-ignore

test('the Messenger speaks the language of its visitor', async () => {
  const { agent } = await furnished()
  const page = await visit(`/m/${agent}`, { locale: 'de-DE', viewport: shapes[1].viewport })
  await page.getByLabel('Nachricht', { exact: true }).fill('Wo ist mein Paket?')
  await page.getByRole('button', { name: 'Senden' }).click()
  await see(page.getByRole('button', { name: 'Mit einem Menschen sprechen' })).toBeVisible()
  await page.getByRole('button', { name: 'Mit einem Menschen sprechen' }).click()
  await see(page.getByText('Du wartest auf jemanden aus dem Team.')).toBeVisible()
  await see(page.locator('html')).toHaveAttribute('lang', 'de')
  expect(await violationsOf(page)).toEqual([])
  await expectToFit(page)
  await lookAt(page, 'de-messenger')
  await page.evaluate(() => (document.documentElement.dir = 'rtl'))
  await expectToFit(page)
  await lookAt(page, 'rtl-messenger')
})

/** A workspace with an agent that has something of everything, and a conversation of it. */
async function furnished() {
  const { ada, workspace } = await newTeam(node())
  await ada.inviteByMail(workspace.id, 'tony@example.com')
  const agent = (await ada.createAgent(workspace.id, 'Front desk')).body.id
  const path = `/api/workspaces/${workspace.id}/agents/${agent}`
  await ada.patch(path, { helpDesk: true, greeting: 'Hallo!', messenger: { on: true } })
  await ada.post(`${path}/resources`, { kind: 'text', title: 'Opening hours', content: 'We are open from nine to five.' })
  await ada.post(`${path}/resources`, { kind: 'url', url: 'https://pages.invalid/help' })
  await ada.post(`${path}/integrations`, { kind: 'slack', name: 'Support channel', url: 'https://hooks.slack.invalid/services/x' })
  await ada.post(`${path}/api-keys`, { name: 'Our shop', scopes: [...scopes], expiresInDays: 30 })
  const made = await ada.post<WebhookWithSecret>(`${path}/webhooks`, { url: 'https://hooks.invalid/rollcall', events: ['contact.created'] })
  const begun = await newVisitor(node(), agent).begin('Where is my parcel?')
  return { ada, workspace, agent, webhook: made.body.webhook.id, conversation: begun.body.id }
} // prettier-ignore

function signedIn(person: Person, address: string): Promise<Page> {
  return openAs(visit, person, address)
}

async function inGerman(person: Person, address: string): Promise<Page> {
  const page = await signedIn(person, address)
  await page.evaluate(() => localStorage.setItem('rollcall:language', 'de'))
  return page
}

/** Everything that the page waits for has come. */
async function settled(page: Page): Promise<void> {
  await live(page)
  await see(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
  await see(page.locator('[aria-busy=true]')).toHaveCount(0)
}

async function lookInto(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await settled(page)
  await check(page, nameOf(address))
}

async function check(page: Page, name: string): Promise<void> {
  for (const { shape, viewport } of shapes) {
    await page.setViewportSize(viewport)
    await lookAt(page, `de-${shape}-${name}`)
    expect([name, shape, await violationsOf(page)]).toEqual([name, shape, []])
    await expectToFit(page, `${name}, ${shape}`)
  }
  await page.setViewportSize(shapes[0].viewport)
}

/** An address without the workspace and with no id. */
function nameOf(address: string): string {
  return address
    .replace(/^\/w\/[^/]+\//, '')
    .replaceAll(/[0-9a-f-]{36}/g, 'one')
    .replaceAll('/', '-')
}
