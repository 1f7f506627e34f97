import type { Page } from '@playwright/test'
import { expect, test } from 'vitest'
import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import { see, useBrowser } from '../support/browser.ts'
import { keyHolder } from '../support/key-holder.ts'
import { useNode } from '../support/node.ts'
import { goToPage, live, openAs } from '../support/panel.ts'
import { newTeam, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('the Help Desk in two browsers: what a visitor writes and a member answers shows in both at once', async () => {
  const { ada, edsger, edsgerId, workspace, shop, begin } = await arrange()
  const [owner, editor] = [await open(ada, workspace.handle), await open(edsger, workspace.handle)]
  await see(owner.getByText('No open conversations.')).toBeVisible()
  await lookAt(owner, 'help-desk-none')
  const id = await begin('Kay', 'Is anybody there?')
  await see(lineOf(owner, 'Kay')).toContainText('Is anybody there?')
  await see(lineOf(owner, 'Kay')).toContainText('Assistant')

  await lineOf(editor, 'Kay').click()
  await see(messages(editor)).toContainText('Is anybody there?')
  await editor.getByLabel('Reply').fill('Good day, Kay!')
  await editor.getByLabel('Reply').press('Enter')
  await see(messages(editor)).toContainText('Good day, Kay!')
  await see(editor.getByLabel('Reply')).toHaveValue('')
  await see(editor.getByRole('button', { name: 'Assigned to Edsger. Change' })).toBeVisible()
  await see(lineOf(owner, 'Kay')).toContainText('Edsger: Good day, Kay!')

  await lineOf(owner, 'Kay').click()
  await see(messages(owner)).toContainText('Good day, Kay!')
  await shop.call('POST', `/api/v1/conversations/${id}/messages`, { text: 'My parcel is late.', author: 'contact' })
  for (const page of [owner, editor]) await see(messages(page)).toContainText('My parcel is late.')
  await lookAt(owner, 'help-desk-conversation')
  // whoever writes is called what they are called now
  await edsger.patch(`/api/workspaces/${workspace.id}/membership`, { displayName: 'Edsger the Helpful' })
  await see(messages(owner)).toContainText('Edsger the Helpful')
  await see(owner.getByRole('button', { name: 'Assigned to Edsger the Helpful. Change' })).toBeVisible()

  await owner.getByRole('button', { name: /^Assigned to/ }).click()
  await owner.getByRole('menuitemradio', { name: 'Ada (you)' }).click()
  await see(editor.getByRole('button', { name: 'Assigned to Ada. Change' })).toBeVisible()
  await owner.getByRole('button', { name: 'Resolve', exact: true }).click()
  await see(editor.getByText('Resolved', { exact: true }).last()).toBeVisible()
  await see(editor.getByText('No open conversations.')).toBeVisible()
  await editor.getByRole('button', { name: 'Resolved', exact: true }).click()
  await see(lineOf(editor, 'Kay')).toBeVisible()
  await editor.getByRole('button', { name: 'Reopen' }).click()
  await see(lineOf(owner, 'Kay')).toBeVisible()

  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  await see(editor.getByText('You were removed from Acme.')).toBeVisible()
  await see(messages(editor)).toHaveCount(0)
  await see(messages(owner)).toContainText('Good day, Kay!')
})

test('of two who take over at once one has it, and the other is told', async () => {
  const { ada, edsger, workspace, agentId, begin } = await arrange()
  const id = await begin('Kay', 'Hello?')
  const pages = [await open(ada, workspace.handle, agentId, id), await open(edsger, workspace.handle, agentId, id)]
  for (const page of pages) await page.getByLabel('Reply').fill('I have this one.')
  // neither goes on before both have been sent
  let sent = 0
  let both = (): void => undefined
  const together = new Promise<void>((resolve) => (both = resolve))
  for (const page of pages) {
    await page.route('**/messages', async (route) => {
      sent += 1
      if (sent === pages.length) both()
      await together
      await route.continue()
    })
  }
  await Promise.all(pages.map((page) => page.getByRole('button', { name: 'Send' }).click()))
  const told = async () =>
    (await Promise.all(pages.map((page) => page.getByText('took this conversation over first.').count()))).reduce((sum, n) => sum + n, 0) // prettier-ignore
  await expect.poll(told, { timeout: 10_000 }).toBe(1)
  for (const page of pages) await see(messages(page).getByText('I have this one.')).toHaveCount(2)
})

test('a Viewer reads and changes nothing; an agent that leaves the Help Desk takes its conversations along', async () => {
  const { ada, barbara, workspace, agentId, begin } = await arrange()
  const id = await begin('Kay', 'Hello?')
  const viewer = await open(barbara, workspace.handle, agentId, id)
  await see(messages(viewer)).toContainText('Hello?')
  await see(viewer.getByText('Viewers read conversations')).toBeVisible()
  for (const name of ['Resolve', 'Send', /^Assigned to/]) {
    await see(viewer.getByRole('button', { name, exact: true })).toHaveCount(0)
  }
  await ada.patch(`/api/workspaces/${workspace.id}/agents/${agentId}`, { helpDesk: false })
  await see(viewer.getByRole('heading', { name: 'No agent is in the Help Desk yet' })).toBeVisible()
  await see(messages(viewer)).toHaveCount(0)
})

test('what is unread follows somebody across their devices, and is another member’s own', async () => {
  const { ada, edsger, workspace, agentId, shop, begin } = await arrange()
  const id = await begin('Kay', 'Is anybody there?')
  await begin('Kim', 'Hello?')
  const [laptop, phone] = [await open(ada, workspace.handle), await open(ada, workspace.handle)]
  const other = await open(edsger, workspace.handle)
  for (const page of [laptop, phone, other]) {
    await see(unreadEntry(page)).toHaveAccessibleName(/2 unread conversations/)
    await see(lineOf(page, 'Kay')).toContainText('Unread')
  }
  // in the sidebar on any page
  await goToPage(phone, 'Members')
  await see(unreadEntry(phone)).toHaveAccessibleName(/2 unread conversations/)

  await lineOf(laptop, 'Kay').click()
  await see(messages(laptop)).toContainText('Is anybody there?')
  for (const page of [laptop, phone]) await see(unreadEntry(page)).toHaveAccessibleName(/One unread conversation/)
  await unreadEntry(phone).click()
  await see(lineOf(phone, 'Kim')).toContainText('Unread')
  for (const page of [laptop, phone]) await see(lineOf(page, 'Kay')).not.toContainText('Unread')
  await see(lineOf(other, 'Kay')).toContainText('Unread')

  // what comes into what is open is read as it comes, on the other device, too
  await shop.call('POST', `/api/v1/conversations/${id}/messages`, { text: 'My parcel is late.', author: 'contact' })
  await see(messages(laptop)).toContainText('My parcel is late.')
  await see(lineOf(phone, 'Kay')).toContainText('My parcel is late.')
  await see(lineOf(phone, 'Kay')).not.toContainText('Unread')
  await other.goto(`/w/${workspace.handle}/help-desk/${agentId}/${id}`)
  await other.getByLabel('Reply').fill('On its way!')
  await other.getByLabel('Reply').press('Enter')
  await see(messages(laptop)).toContainText('On its way!')
  await see(unreadEntry(other)).toHaveAccessibleName(/One unread conversation/)
  await lineOf(laptop, 'Kim').click()
  for (const page of [laptop, phone]) await see(unreadEntry(page)).toHaveAccessibleName('Help Desk')
  await laptop.reload()
  await see(lineOf(laptop, 'Kay')).toBeVisible()
  await see(unreadEntry(laptop)).toHaveAccessibleName('Help Desk')
})

test('the sidebar counts while an agent of the Help Desk is open, whose stream both keep', async () => {
  const { ada, workspace, agentId, begin } = await arrange()
  const page = await open(ada, workspace.handle)
  await page.goto(`/w/${workspace.handle}/agents/${agentId}/knowledge`)
  await see(page.getByRole('heading', { name: 'Knowledge', level: 2 })).toBeVisible()
  await live(page)
  await begin('Kay', 'Hello?')
  await see(unreadEntry(page)).toHaveAccessibleName(/One unread conversation/)
  const path = `/api/workspaces/${workspace.id}/agents/${agentId}/resources`
  await ada.post(path, { kind: 'text', title: 'Opening hours', content: 'From nine to five.' })
  await see(page.getByText('Opening hours')).toBeVisible()
  await unreadEntry(page).click()
  await see(lineOf(page, 'Kay')).toBeVisible()
  await begin('Kim', 'Hello?')
  await see(lineOf(page, 'Kim')).toBeVisible()
})

test('a search finds conversations by words and by contact, in place of the list; Escape brings the list back', async () => {
  const { ada, workspace, begin } = await arrange()
  await begin('Kay', 'Where is my blue parcel?')
  await begin('Kim', 'When are you open?')
  const page = await open(ada, workspace.handle)
  const field = page.getByRole('searchbox', { name: 'Search conversations' })
  await see(lineOf(page, 'Kim')).toBeVisible()
  await field.fill('blue par')
  await see(page.getByText('One conversation with “blue par”')).toBeVisible()
  await see(lineOf(page, 'Kay').getByText('parcel', { exact: true })).toBeVisible()
  await see(lineOf(page, 'Kim')).toHaveCount(0)
  await lookAt(page, 'help-desk-search')
  await field.fill('kim')
  await see(lineOf(page, 'Kim')).toBeVisible()
  await see(lineOf(page, 'Kay')).toHaveCount(0)
  await field.fill('zebra')
  await see(page.getByText('Nothing was found for “zebra”.')).toBeVisible()
  await lookAt(page, 'help-desk-search-none')
  await field.press('Escape')
  await see(field).toHaveValue('')
  for (const name of ['Kay', 'Kim']) await see(lineOf(page, name)).toBeVisible()
})

test('beside a conversation stands who writes, with what else they asked; of a visitor it says that nobody knows them', async () => {
  const { ada, workspace, agentId, shop } = await arrange()
  const { body: kay } = await shop.call<{ id: string }>('POST', '/api/v1/contacts', { name: 'Kay', email: 'kay@example.com' }) // prettier-ignore
  const ask = async (body: object) => (await shop.call<Conversation>('POST', '/api/v1/conversations', body)).body.id
  const earlier = await ask({ contactId: kay.id, text: 'Are you open?' })
  const id = await ask({ contactId: kay.id, text: 'Where is my parcel?' })
  const nobody = await ask({ text: 'Hello?' })
  const page = await open(ada, workspace.handle, agentId, id)
  const panel = page.getByRole('region', { name: 'Contact' })
  await see(panel).toContainText('kay@example.com')
  await see(panel).toContainText('Not verified')
  await see(panel).toContainText('First seen')
  const others = panel.getByRole('region', { name: 'Other conversations' })
  await see(others.getByRole('link')).toHaveCount(1)
  await ada.patch(`/api/workspaces/${workspace.id}/agents/${agentId}/conversations/${earlier}`, { state: 'resolved' })
  await see(others.getByRole('link')).toContainText('Resolved')
  await ada.patch(`/api/workspaces/${workspace.id}/agents/${agentId}/contacts/${kay.id}`, { name: 'Kathleen' })
  await see(panel).toContainText('Kathleen')
  await lookAt(page, 'help-desk-contact')
  await others.getByRole('link').click()
  await see(messages(page)).toContainText('Are you open?')
  await page.goto(`/w/${workspace.handle}/help-desk/${agentId}/${nobody}`)
  await see(panel).toContainText('This visitor has not said who they are.')
  await page.setViewportSize({ width: 375, height: 740 })
  await page.getByRole('button', { name: 'Contact' }).click()
  await see(page.getByRole('dialog', { name: 'Contact' })).toContainText('This visitor has not said who they are.')
  await lookAt(page, 'help-desk-contact-phone')
})

/** A team with an agent in the Help Desk, and a product that hands on what visitors write. */
async function arrange() {
  const team = await newTeam(node())
  const { ada, workspace } = team
  const { body: agent } = await ada.createAgent(workspace.id, 'Front desk')
  await ada.patch(`/api/workspaces/${workspace.id}/agents/${agent.id}`, { helpDesk: true })
  const scopes = ['contacts:write', 'conversations:write'] as const
  const { body: made } = await ada.createApiKey(workspace.id, agent.id, { name: 'Shop', scopes: [...scopes] })
  const shop = keyHolder(node(), made.key)
  async function begin(name: string, text: string): Promise<string> {
    const { body: contact } = await shop.call<{ id: string }>('POST', '/api/v1/contacts', { name })
    const { body } = await shop.call<Conversation>('POST', '/api/v1/conversations', { contactId: contact.id, text })
    return body.id
  }
  return { ...team, agentId: agent.id, shop, begin }
}

async function open(person: Person, handle: string, ...conversation: string[]): Promise<Page> {
  return openAs(visit, person, ['/w', handle, 'help-desk', ...conversation].join('/'))
}

const messages = (page: Page) => page.getByRole('log', { name: 'Messages' })
const lineOf = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Conversations' }).getByRole('link').filter({ hasText: name })
const unreadEntry = (page: Page) =>
  page.getByRole('navigation', { name: 'Product' }).getByRole('link', { name: 'Help Desk' })
