import type { Page } from '@playwright/test'
import { expect, test } from 'vitest'
import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import { see, useBrowser } from '../support/browser.ts'
import { keyHolder } from '../support/key-holder.ts'
import { useNode } from '../support/node.ts'
import { live, signInAt } from '../support/panel.ts'
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
  const page = await visit('/sign-in')
  await signInAt(page, person)
  await page.waitForURL('**/members')
  await page.goto(['/w', handle, 'help-desk', ...conversation].join('/'))
  await live(page)
  return page
}

const messages = (page: Page) => page.getByRole('log', { name: 'Messages' })
const lineOf = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Conversations' }).getByRole('link').filter({ hasText: name })
