import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Frame, Locator, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { see, useBrowser, violationsOf } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { newTeam, type Person } from '../support/people.ts'
import { openAs } from '../support/panel.ts'
import { pictureOf, setPicture } from '../support/pictures.ts'
import { lookAt } from '../support/screenshots.ts'

/** Keeps what the script says where a test can read it. */
const listening = `console.warn = (text) => { window.warned = text }`
const hashOfListening = createHash('sha256').update(listening).digest('base64')

const node = useNode()
const { visit } = useBrowser(node)
const site = useForeignSite()

test('a visitor on a foreign page with a policy of its own and two members: words, names and pictures show at once', async () => {
  const { ada, edsger, edsgerId, workspace, agentId } = await arrange({ origins: [site().origin] })
  const shop = await visit(site().pageFor(agentId))
  const frame = await openMessenger(shop)
  await see(frame.getByText('Hello! How can we help?')).toBeVisible()
  await lookAt(shop, 'messenger-embedded')
  await writeIn(frame, 'Where is my parcel?')
  await see(frame.getByText('Where is my parcel?')).toBeVisible()
  await see(frame.getByText('Not sent yet')).toHaveCount(0)

  const [owner, editor] = [await open(ada, workspace.handle), await open(edsger, workspace.handle)]
  await see(lineOf(owner)).toContainText('Where is my parcel?')
  await frame.getByRole('button', { name: 'Ask for a person' }).click()
  await see(frame.getByText('Waiting for a person of the team.')).toBeVisible()
  await owner.getByRole('button', { name: /^Waiting/ }).click()
  await see(lineOf(owner)).toBeVisible()

  await editor.getByRole('button', { name: /^Waiting/ }).click()
  await lineOf(editor).click()
  await see(lineOf(owner)).toContainText('Edsger looking')
  await editor.getByLabel('Reply').fill('On its way!')
  await whileTyping(editor.getByLabel('Reply'), async () => {
    await see(frame.getByText('Somebody of the team is typing …')).toBeVisible()
    await see(lineOf(owner)).toContainText('Edsger is typing …')
    await lookAt(owner, 'help-desk-typing')
  })
  await editor.getByLabel('Reply').press('Enter')
  await see(frame.getByRole('article', { name: 'Edsger wrote' })).toContainText('On its way!')
  await see(frame.getByText('is typing …')).toHaveCount(0)
  await see(frame.getByText('Waiting for a person')).toHaveCount(0)
  await frame.getByLabel('Message', { exact: true }).fill('Tha')
  await whileTyping(frame.getByLabel('Message', { exact: true }), () =>
    see(editor.getByRole('region', { name: 'Conversation', exact: true }).getByText('Visitor is typing …')).toBeVisible(),
  )
  await edsger.patch(`/api/workspaces/${workspace.id}/membership`, { displayName: 'Edsger the Helpful' })
  await setPicture(edsger, workspace.id, await pictureOf('#c84f46'))
  await owner.getByRole('button', { name: /^Open/ }).click()
  await lineOf(owner).click()
  for (const where of [frame, owner, editor]) {
    await see(where.getByRole('article', { name: 'Edsger the Helpful wrote' })).toBeVisible()
    await see(picturesIn(where, 'Edsger the Helpful')).toHaveCount(1)
  }
  await lookAt(shop, 'messenger-embedded-answered')

  await editor.getByLabel('Reply').fill('One more th')
  await whileTyping(editor.getByLabel('Reply'), async () => {
    await see(frame.getByText('Edsger the Helpful is typing …')).toBeVisible()
    await lookAt(shop, 'messenger-typing')
  })
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  await see(editor.getByText('You were removed from Acme.')).toBeVisible()
  await see(frame.getByText('is typing …')).toHaveCount(0)
  // the name that they had last stays with what they wrote, on both sides and after a reload; their picture goes
  await see(picturesIn(owner, 'Edsger the Helpful')).toHaveCount(0)
  await owner.reload()
  for (const where of [frame, owner]) {
    await see(where.getByRole('article', { name: 'Edsger the Helpful wrote' })).toContainText('On its way!')
    await see(picturesIn(where, 'Edsger the Helpful')).toHaveCount(0)
  }
  await writeIn(frame, 'Thank you')
  await see(lineOf(owner)).toContainText('Thank you')
  await see(frame.getByText('On its way!')).toBeVisible()
  expect(await frame.content()).not.toMatch(/example\.com|viewer|editor"/)

  // closed and opened again it is where it was, and a reload of the page changes nothing of that
  await frame.getByRole('button', { name: 'Close' }).click()
  await expect.poll(() => shop.evaluate(() => document.activeElement?.tagName)).toBe('ROLLCALL-MESSENGER')
  await shop.reload()
  const again = await openMessenger(shop)
  await see(again.getByText('Thank you')).toBeVisible()
  await see(again.getByRole('article', { name: 'Edsger the Helpful wrote' })).toContainText('On its way!')
  // whoever writes while it is closed is counted on the button
  await again.getByRole('button', { name: 'Close' }).click()
  await lineOf(owner).click()
  await owner.getByLabel('Reply').fill('You are welcome')
  await owner.getByLabel('Reply').press('Enter')
  await expect.poll(() => buttonsOf(shop)).toEqual(['Write to Front desk (1 unread)'])
}) // prettier-ignore

test('a site that is not named shows nothing, and neither script nor page can be made to', async () => {
  const { ada, path, agentId } = await arrange({ origins: ['https://shop.example.com'] })
  const shop = await visit(site().pageFor(agentId))
  await expect.poll(() => shop.evaluate(() => Reflect.get(window, 'warned') as string)).toMatch(/Messenger/)
  expect(await buttonsOf(shop)).toEqual([])
  const framed = async () => (await fetch(`${node().url}/m/${agentId}`)).headers
  expect((await framed()).get('content-security-policy')).toContain('frame-ancestors https://shop.example.com')
  await ada.patch(path, { messenger: { origins: [] } })
  expect((await framed()).get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect((await framed()).get('x-frame-options')).toBe('DENY')
  await ada.patch(path, { messenger: { on: false } })
  expect((await fetch(`${node().url}/m/${agentId}`)).status).toBe(404)
})

test('what is written offline waits, says so, and arrives once and in order', async () => {
  const { agentId, ada, workspace } = await arrange()
  const page = await visit(`/m/${agentId}`, { viewport: { width: 390, height: 780 } })
  const owner = await open(ada, workspace.handle)
  await writeIn(page, 'First')
  await see(lineOf(owner)).toContainText('First')
  await see(page.getByText('Not sent yet')).toHaveCount(0)
  await page.context().setOffline(true)
  await writeIn(page, 'Second')
  await writeIn(page, 'Third')
  await see(page.getByText('Not sent yet')).toHaveCount(2)
  await see(page.getByText('What you wrote is sent as soon as there is a connection.')).toBeVisible()
  await lookAt(page, 'messenger-offline')
  await page.context().setOffline(false)
  await see(page.getByText('Not sent yet')).toHaveCount(0)
  await lineOf(owner).click()
  const words = owner.getByRole('log', { name: 'Messages' }).locator('.text')
  await see(words).toHaveText(['First', 'Second', 'Third'])
})

test('whoever says who they are is called so by the team; by keyboard alone, and for a screen reader', async () => {
  const { agentId, ada, workspace } = await arrange()
  const page = await visit(`/m/${agentId}`)
  await page.getByLabel('Message', { exact: true }).focus()
  await page.keyboard.type('Hello')
  await page.keyboard.press('Enter')
  await see(page.getByText('So that we know who you are')).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
  await lookAt(page, 'messenger-page')
  await page.getByLabel('Name').fill('Kay')
  await page.getByLabel('Email').fill('not an address')
  await page.getByRole('button', { name: 'Tell us' }).click()
  await see(page.getByRole('alert')).toContainText('Enter an email address')
  await page.getByLabel('Email').fill('kay@example.com')
  await page.getByLabel('Email').press('Enter')
  await see(page.getByText('So that we know who you are')).toHaveCount(0)
  const owner = await open(ada, workspace.handle)
  await see(lineOf(owner, 'Kay')).toContainText('Hello')
  await page.getByRole('button', { name: 'All conversations' }).click()
  await see(page.getByRole('heading', { name: 'Your conversations' })).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'New conversation' }).click()
  await writeIn(page, 'Something else')
  await see(owner.getByText('Something else')).toBeVisible()
})

test('an Editor switches it on and names a site; everybody sees it, and the Assistant answers whoever writes', async () => {
  const { ada, edsger, workspace, agentId, path } = await arrange()
  await ada.patch(path, { messenger: { on: false } })
  await ada.post(`${path}/resources`, { kind: 'qa', question: 'Where is my parcel?', answer: 'In your letter box.' })
  const settings = `/w/${workspace.handle}/agents/${agentId}/messenger`
  const [editor, owner] = [await openAs(visit, edsger, settings), await openAs(visit, ada, settings)]
  await editor.getByRole('switch', { name: 'Messenger' }).click()
  await editor.getByLabel('Sites that may show it').fill('shop.example.com')
  await editor.getByRole('button', { name: 'Save' }).click()
  await see(editor.getByText('shop.example.com: Enter an address like https://shop.example.com.')).toBeVisible()
  await editor.getByLabel('Sites that may show it').fill('https://shop.example.com/basket')
  await editor.getByRole('button', { name: 'Save' }).click()
  await see(owner.getByRole('heading', { name: 'On your site' })).toBeVisible()
  await see(owner.getByLabel('Sites that may show it')).toHaveValue('https://shop.example.com')
  expect(await violationsOf(owner)).toEqual([])
  await lookAt(owner, 'messenger-settings')
  const page = await visit(`/m/${agentId}`)
  await writeIn(page, 'Where is my parcel?')
  await see(page.getByRole('article', { name: 'Front desk wrote' })).toContainText('In your letter box.')
  await lookAt(page, 'messenger-assistant')
}) // prettier-ignore

async function arrange({ origins = [] }: { origins?: string[] } = {}) {
  const { ada, edsger, edsgerId, workspace } = await newTeam(node())
  const { body } = await ada.createAgent(workspace.id, 'Front desk')
  const path = `/api/workspaces/${workspace.id}/agents/${body.id}`
  await ada.patch(path, { helpDesk: true, greeting: 'Hello! How can we help?', messenger: { on: true, origins } })
  return { ada, edsger, edsgerId, workspace, agentId: body.id, path }
}

function open(person: Person, handle: string): Promise<Page> {
  return openAs(visit, person, `/w/${handle}/help-desk`)
}

/** By keyboard, as nobody but the visitor gets into what the script adds to the page: its root is closed. */
async function openMessenger(shop: Page): Promise<Frame> {
  await expect.poll(() => buttonsOf(shop)).toEqual(['Write to Front desk'])
  await shop.keyboard.press('Tab')
  await shop.keyboard.press('Enter')
  const isMessenger = (frame: Frame) => URL.canParse(frame.url()) && new URL(frame.url()).pathname.startsWith('/m/')
  await expect.poll(() => shop.frames().some(isMessenger)).toBe(true)
  const frame = shop.frames().find(isMessenger)
  if (!frame) throw new Error('The Messenger is open.')
  return frame
}

/** What assistive technology finds in the page around the frame. */
async function buttonsOf(shop: Page): Promise<string[]> {
  const session = await shop.context().newCDPSession(shop)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  return nodes.filter(({ role }) => role?.value === 'button').map(({ name }) => String(name?.value))
}

function lineOf(page: Page, text = 'Visitor') {
  return page.getByRole('region', { name: 'Conversations' }).getByRole('link').filter({ hasText: text })
}

/** The pictures beside what somebody wrote, in place of the letters of their name. */
function picturesIn(where: Page | Frame, author: string): Locator {
  return where.getByRole('article', { name: `${author} wrote` }).locator('img')
}

/** Somebody types for as long as it takes to look. */
async function whileTyping(box: Locator, look: () => Promise<unknown>): Promise<void> {
  let looking = true
  const looked = look().finally(() => (looking = false))
  while (looking) {
    await box.dispatchEvent('input')
    await Promise.race([looked, box.page().waitForTimeout(1_000)])
  }
  await looked
}

async function writeIn(page: Page | Frame, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.getByLabel('Message', { exact: true }).press('Enter')
}

type Site = { origin: string; pageFor: (agentId: string) => string }

/** Somebody else's site, on another origin, with a policy that lets in what docs/messenger.md asks for and no more. */
function useForeignSite(): () => Site {
  let server: Server | undefined
  beforeAll(async () => {
    server = createServer((request, response) => {
      const agentId = request.url?.slice(1) ?? ''
      const ours = node().url
      const policy = `default-src 'none'; script-src ${ours} 'sha256-${hashOfListening}'; frame-src ${ours}; connect-src ${ours}`
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy })
      response.end(`<!doctype html><html lang="en"><title>A shop</title><body><h1>A shop</h1><script>${listening}</script>
<script src="${ours}/messenger.js" data-agent="${agentId}" async></script></body></html>`)
    })
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => server?.close())
  return () => {
    const { port } = server?.address() as AddressInfo
    const origin = `http://127.0.0.1:${port}`
    return { origin, pageFor: (agentId) => `${origin}/${agentId}` }
  }
}
