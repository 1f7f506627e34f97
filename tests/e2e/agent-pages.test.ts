import type { Page } from '@playwright/test'
import { expect, test } from 'vitest'
import { see, useBrowser } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { confirm, live } from '../support/panel.ts'
import { join, newTeam, newUser, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('API keys: one is shown once, works as its line says, and is revoked for both browsers', async () => {
  const { ada, grace, edsger, workspace, agentId } = await arrange()
  const address = `/w/${workspace.handle}/agents/${agentId}/api-keys`
  const [owner, admin] = await openAll([ada, grace], address)
  await see(owner.getByRole('heading', { name: 'No API keys yet' })).toBeVisible()
  await lookAt(owner, 'api-keys-none')
  await owner.getByRole('button', { name: 'Create API key' }).click()
  const dialog = owner.getByRole('dialog')
  await see(dialog.getByLabel('Name')).toBeFocused()
  await dialog.getByRole('button', { name: 'Create API key' }).click()
  await see(dialog.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true')
  await see(dialog.getByText('Choose at least one scope.')).toBeVisible()
  await dialog.getByLabel('Name').fill('Our shop')
  await dialog.getByRole('group', { name: 'Contacts' }).getByLabel('Read').check()
  await dialog.getByRole('group', { name: 'Knowledge' }).getByLabel('Write').check()
  await dialog.getByLabel('Expires').selectOption('In 90 days')
  await lookAt(owner, 'api-key-create')
  await dialog.getByRole('button', { name: 'Create API key' }).click()
  await see(dialog.getByText('It is not shown again.')).toBeVisible()
  await see(dialog.getByLabel('API key')).toBeFocused()
  const key = await dialog.getByLabel('API key').inputValue()
  await see(dialog.getByRole('region', { name: 'Try it in a terminal' })).toContainText(`Bearer ${key}`)
  await owner.keyboard.press('Escape')
  await see(dialog.getByLabel('API key')).toBeVisible()
  await lookAt(owner, 'api-key-made')
  await dialog.getByRole('button', { name: 'Done' }).click()

  const row = (page: Page) => page.getByRole('row').filter({ hasText: 'Our shop' })
  await see(admin.getByText('Ada created the API key Our shop.')).toBeVisible()
  for (const page of [owner, admin]) {
    await see(row(page)).toContainText('contacts:readknowledge:write')
    await see(row(page)).toContainText('Never used')
    expect(await page.content()).not.toContain(key)
  }
  expect(await opened(key)).toBe(200)
  await admin.reload()
  await see(row(admin)).toContainText('Used just now')
  await lookAt(admin, 'api-keys')

  await row(admin).getByRole('button', { name: 'Revoke Our shop' }).click()
  await confirm(admin, 'Revoke API key')
  await see(admin.getByRole('heading', { name: 'No API keys yet' })).toBeVisible()
  await see(owner.getByRole('heading', { name: 'No API keys yet' })).toBeVisible()
  await see(owner.getByText('Grace revoked the API key Our shop.')).toBeVisible()
  expect(await opened(key)).toBe(401)

  const editor = await open(edsger, address)
  await see(editor.getByText('The Owner and Admins of Acme manage API keys.')).toBeVisible()
  await see(tabs(editor)).toHaveText(['Configuration', 'Knowledge', 'Messenger', 'Integrations', 'Webhooks'])
  await see(editor.getByRole('button', { name: 'Create API key' })).toHaveCount(0)
})

test('knowledge: what one adds, corrects and deletes, the other shows, and a question finds it', async () => {
  const { ada, edsger, barbara, workspace, agentId } = await arrange()
  const address = `/w/${workspace.handle}/agents/${agentId}/knowledge`
  const [owner, editor] = await openAll([ada, edsger], address)
  await see(editor.getByRole('heading', { name: 'It knows nothing yet' })).toBeVisible()
  await lookAt(editor, 'knowledge-none')
  await add(editor, 'Text')
  const writing = editor.getByRole('dialog')
  await writing.getByRole('button', { name: 'Add' }).click()
  await see(writing.getByLabel('Title')).toHaveAttribute('aria-invalid', 'true')
  await see(writing.getByText('Enter some text.')).toBeVisible()
  await writing.getByLabel('Title').fill('Opening hours')
  await writing.getByLabel('Text').fill('The shop is open from nine to five, and closed on Sundays.')
  await lookAt(editor, 'knowledge-add-text')
  await writing.getByRole('button', { name: 'Add' }).click()
  await see(resource(owner, 'Opening hours')).toContainText('Text')
  await see(resource(editor, 'Opening hours')).toBeVisible()

  await add(owner, 'Question and answer')
  const asking = owner.getByRole('dialog')
  await asking.getByLabel('Question').fill('Darf ich meinen Hund mitbringen?')
  await asking.getByLabel('Answer').fill('Ja, Hunde sind willkommen.')
  await asking.getByLabel('Language').selectOption('German')
  await asking.getByRole('button', { name: 'Add' }).click()
  await see(resource(editor, 'Darf ich')).toContainText('German')
  await see(resource(editor, 'Opening hours')).not.toContainText('English')

  await owner.getByLabel('A visitor’s question').fill('is the shop open on sunday')
  await owner.getByRole('button', { name: 'Ask' }).click()
  const found = owner.getByRole('region', { name: 'Try a question' }).getByRole('listitem')
  await see(found.first()).toContainText('Opening hours')
  await see(found.first().locator('mark').first()).toBeVisible()
  await lookAt(owner, 'knowledge')
  await owner.getByLabel('A visitor’s question').fill('zeppelin')
  await owner.keyboard.press('Enter')
  await see(owner.getByText('Nothing was found. A visitor would be offered a person.')).toBeVisible()

  // two at once: what somebody else saves shows where it is not being edited
  await resource(owner, 'Opening hours').getByRole('button', { name: 'Opening hours', exact: true }).click()
  await see(owner.getByRole('dialog').getByLabel('Text')).toHaveValue(/nine to five/)
  await owner.getByRole('dialog').getByLabel('Text').fill('Open from eight to six.')
  await act(editor, 'Opening hours', 'Edit')
  await writing.getByLabel('Title').fill('When we are open')
  await writing.getByRole('button', { name: 'Save' }).click()
  await see(owner.getByRole('dialog').getByLabel('Title')).toHaveValue('When we are open')
  await lookAt(owner, 'knowledge-edit')
  await owner.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await see(owner.getByRole('dialog')).toHaveCount(0)
  await act(editor, 'When we are open', 'Edit')
  await see(writing.getByLabel('Text')).toHaveValue('Open from eight to six.')
  await act(owner, 'When we are open', 'Delete')
  await confirm(owner, 'Delete')
  await see(writing.getByText('It was deleted meanwhile.')).toBeVisible()
  await writing.getByRole('button', { name: 'Close' }).first().click()
  await see(resource(editor, 'When we are open')).toHaveCount(0)

  await add(editor, 'Web page')
  await writing.getByLabel('Address').fill('https://pages.invalid/help')
  await writing.getByRole('button', { name: 'Add' }).click()
  await see(resource(owner, 'pages.invalid/help')).toContainText('Failed')
  await act(owner, 'pages.invalid/help', 'Read again')
  await see(resource(editor, 'pages.invalid/help')).toContainText('Failed')
  await lookAt(editor, 'knowledge-failed')
  await owner.getByLabel('Filter by title').fill('HUND')
  await see(owner.getByText('1 of 2 shown')).toBeVisible()

  const viewer = await open(barbara, address)
  await see(resource(viewer, 'Darf ich')).toBeVisible()
  await see(viewer.getByRole('button', { name: /^(Add|Actions for .*)$/ })).toHaveCount(0)
  await resource(viewer, 'Darf ich').getByRole('button').click()
  await see(viewer.getByRole('dialog').getByRole('region', { name: 'Content' })).toHaveText(
    'Ja, Hunde sind willkommen.',
  )
  await see(viewer.getByRole('dialog').getByRole('button', { name: 'Save' })).toHaveCount(0)
})

test('webhooks: made, tested, switched off and deleted, for both browsers; its secret is shown once', async () => {
  const { ada, edsger, barbara, workspace, agentId } = await arrange()
  const address = `/w/${workspace.handle}/agents/${agentId}/webhooks`
  const [owner, editor, viewer] = await openAll([ada, edsger, barbara], address)
  await see(editor.getByRole('heading', { name: 'No webhooks yet' })).toBeVisible()
  await lookAt(editor, 'webhooks-none')
  await editor.getByRole('button', { name: 'Add webhook' }).click()
  const dialog = editor.getByRole('dialog')
  await dialog.getByLabel('Address', { exact: true }).fill('http://hooks.invalid/rollcall')
  await dialog.getByRole('button', { name: 'Add webhook' }).click()
  await see(dialog.getByLabel('Address', { exact: true })).toHaveAttribute('aria-invalid', 'true')
  await dialog.getByLabel('Address', { exact: true }).fill('https://hooks.invalid/rollcall?token=of-the-receiver')
  await dialog.getByRole('button', { name: 'Choose all' }).click()
  await see(dialog.getByLabel('seats.exhausted')).toBeChecked()
  await dialog.getByRole('button', { name: 'Choose none' }).click()
  await dialog.getByLabel('contact.created').check()
  await dialog.getByLabel('member.joined').check()
  await lookAt(editor, 'webhook-create')
  await dialog.getByRole('button', { name: 'Add webhook' }).click()
  await see(dialog.getByLabel('Signing secret')).toHaveValue(/^whsec_/)
  await lookAt(editor, 'webhook-secret')
  await dialog.getByRole('button', { name: 'Done' }).click()
  for (const page of [owner, editor, viewer]) await see(endpoint(page)).toContainText('2 events')
  for (const page of [owner, editor]) await see(endpoint(page)).toContainText('/rollcall?token=')
  expect(await viewer.content()).not.toContain('of-the-receiver')

  for (const page of [owner, editor, viewer]) {
    await page.getByRole('link', { name: 'hooks.invalid' }).click()
    await see(page.getByRole('heading', { name: 'hooks.invalid' })).toBeVisible()
  }
  await see(viewer.getByText('contact.created')).toBeVisible()
  await see(viewer.getByRole('button', { name: /Test|Save|Delete/ })).toHaveCount(0)
  await editor.getByRole('button', { name: 'Test takeover.requested' }).click()
  for (const page of [owner, editor]) {
    const sent = log(page).filter({ hasText: 'takeover.requested' })
    await see(sent).toContainText('Test')
    await see(sent).toContainText('Failed')
    await see(sent).toContainText('There is no server of that name.')
  }
  await log(editor).locator('summary').click()
  await see(log(editor).getByRole('region', { name: 'Body' })).toContainText('"type": "takeover.requested"')
  await lookAt(editor, 'webhook')
  await editor.getByRole('button', { name: 'Send again' }).click()
  await see(log(editor)).toContainText('Failed')
  // nobody is there: what really happened is tried again later, and what waits can be picked out
  await join(ada, workspace.id, await newUser(node(), 'Tony'), 'viewer')
  await editor.getByRole('button', { name: 'Refresh' }).click()
  await see(editor.getByText(/^Failing since/)).toBeVisible()
  await see(log(editor)).toHaveCount(2)
  await editor.getByLabel('Filter by status').selectOption('Pending')
  await see(log(editor)).toHaveCount(1)
  await see(log(editor)).toContainText('member.joined')
  await editor.getByLabel('Filter by status').selectOption('Delivered')
  await see(editor.getByText('None of these.')).toBeVisible()

  // what is being changed by one is not taken back by the other's save
  await owner.getByLabel('seats.exhausted').check()
  await editor.getByRole('switch', { name: 'Active' }).click()
  await editor.getByRole('button', { name: 'Save' }).click()
  await see(viewer.getByText('Off', { exact: true })).toBeVisible()
  await see(owner.getByRole('switch', { name: 'Active' })).not.toBeChecked()
  await see(owner.getByLabel('seats.exhausted')).toBeChecked()
  await owner.getByRole('button', { name: 'Save' }).click()
  await see(viewer.getByText('seats.exhausted')).toBeVisible()

  await editor.getByRole('button', { name: 'New secret' }).click()
  await confirm(editor, 'New secret')
  await see(dialog.getByLabel('Signing secret')).toHaveValue(/^whsec_/)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await editor.getByRole('button', { name: 'Delete webhook' }).click()
  await confirm(editor, 'Delete webhook')
  await owner.waitForURL('**/webhooks')
  await viewer.waitForURL('**/webhooks')
  await see(owner.getByText('Edsger deleted the webhook to hooks.invalid.')).toBeVisible()
  await see(owner.getByRole('heading', { name: 'No webhooks yet' })).toBeVisible()
})

test('integrations: connected, tested, switched and deleted, for both browsers; where they go is not shown', async () => {
  const { ada, edsger, barbara, workspace, agentId } = await arrange()
  const address = `/w/${workspace.handle}/agents/${agentId}/integrations`
  const [owner, editor, viewer] = await openAll([ada, edsger, barbara], address)
  await see(owner.getByRole('heading', { name: 'Nothing is connected yet' })).toBeVisible()
  await lookAt(owner, 'integrations-none')
  await owner.getByRole('button', { name: 'Connect' }).click()
  await owner.getByRole('menuitem', { name: 'Slack' }).click()
  const dialog = owner.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Support channel')
  await dialog.getByLabel('Webhook address').fill('nowhere')
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await see(dialog.getByLabel('Webhook address')).toHaveAttribute('aria-invalid', 'true')
  await dialog.getByLabel('Webhook address').fill('https://hooks.slack.invalid/services/T1/B2/secret')
  await lookAt(owner, 'integration-create')
  await dialog.getByRole('button', { name: 'Connect' }).click()
  // what is connected first puts a list in the place of the page's beginning, and its menu with it
  await see(integration(editor, 'Support channel')).toBeVisible()
  await editor.getByRole('button', { name: 'Connect' }).click()
  await editor.getByRole('menuitem', { name: 'Email' }).click()
  await editor.getByRole('dialog').getByLabel('Name').fill('Support mailbox')
  await editor.getByRole('dialog').getByLabel('Email address').fill(barbara.email)
  await editor.getByRole('dialog').getByRole('button', { name: 'Connect' }).click()
  for (const page of [owner, editor, viewer]) {
    await see(integration(page, 'Support channel')).toContainText('hooks.slack.invalid')
    await see(integration(page, 'Support mailbox')).toContainText('Active')
    expect(await page.content()).not.toContain('B2/secret')
  }
  await see(viewer.getByRole('switch')).toHaveCount(0)
  await see(viewer.getByRole('button', { name: /^(Connect|Actions for .*)$/ })).toHaveCount(0)

  const before = node().mail.countTo(barbara.email)
  await act(editor, 'Support mailbox', 'Send a test')
  await see(editor.getByText('A test was sent to Support mailbox.')).toBeVisible()
  await node().mail.next(barbara.email, before)
  await act(editor, 'Support channel', 'Send a test')
  for (const page of [owner, editor, viewer]) await see(integration(page, 'Support channel')).toContainText('Failing')
  await lookAt(editor, 'integrations')

  await act(owner, 'Support channel', 'Change')
  await dialog.getByLabel('Name').fill('Help channel')
  await see(dialog.getByLabel('Webhook address')).toHaveValue('')
  await lookAt(owner, 'integration-change')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await see(integration(editor, 'Help channel')).toContainText('hooks.slack.invalid')
  await editor.getByRole('switch', { name: 'Help channel is active' }).click()
  await see(integration(viewer, 'Help channel')).toContainText('Off')
  await see(owner.getByRole('switch', { name: 'Help channel is active' })).not.toBeChecked()
  await act(owner, 'Help channel', 'Delete')
  await confirm(owner, 'Delete integration')
  await see(editor.getByText('Ada deleted the integration Help channel.')).toBeVisible()
  await see(integration(editor, 'Help channel')).toHaveCount(0)
})

test('the tabs are addresses; whoever loses the workspace inside of an agent is moved away', async () => {
  const { ada, edsger, edsgerId, workspace, agentId } = await arrange()
  const page = await open(edsger, `/w/${workspace.handle}/agents/${agentId}`)
  for (const [name, tab] of [['Knowledge', 'knowledge'], ['Integrations', 'integrations'], ['Webhooks', 'webhooks']] as const) {
    await tabs(page).filter({ hasText: name }).click()
    await page.waitForURL(`**/agents/${agentId}/${tab}`)
    await see(page.getByRole('heading', { name, level: 2 })).toBeVisible()
    await see(tabs(page).filter({ hasText: name })).toHaveAttribute('aria-current', 'page')
  }
  await page.goBack()
  await see(page.getByRole('heading', { name: 'Integrations', level: 2 })).toBeVisible()
  await page.goto(`/w/${workspace.handle}/agents/${agentId}/webhooks/nowhere`)
  await see(page.getByRole('heading', { name: 'There is no such webhook' })).toBeVisible()
  await live(page)
  await ada.patch(`/api/workspaces/${workspace.id}/members/${edsgerId}`, { role: 'admin' })
  await tabs(page).filter({ hasText: 'API keys' }).click()
  await see(page.getByRole('heading', { name: 'No API keys yet' })).toBeVisible()
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  await see(page.getByText('You were removed from Acme.')).toBeVisible()
  await see(page.getByRole('button', { name: /now in Edsger/ })).toBeVisible()
}) // prettier-ignore

async function add(page: Page, kind: string): Promise<void> {
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('menuitem', { name: kind }).click()
}

async function act(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

function resource(page: Page, text: string) {
  return page.getByRole('table', { name: 'Knowledge' }).getByRole('row').filter({ hasText: text })
}

function integration(page: Page, text: string) {
  return page.getByRole('table', { name: 'Integrations' }).getByRole('row').filter({ hasText: text })
}

function endpoint(page: Page) {
  return page.getByRole('row').filter({ hasText: 'hooks.invalid' })
}

function log(page: Page) {
  return page.getByRole('list', { name: 'Deliveries' }).getByRole('listitem')
}

function opened(key: string): Promise<number> {
  const headers = { Authorization: `Bearer ${key}` }
  return fetch(`${node().url}/api/v1/agent`, { headers }).then(({ status }) => status)
}

function tabs(page: Page) {
  return page.getByRole('navigation', { name: 'Agent', exact: true }).getByRole('link')
}

/** The whole cast, and an agent of theirs. */
async function arrange() {
  const team = await newTeam(node())
  const { body: agent } = await team.ada.createAgent(team.workspace.id, 'Front desk')
  return { ...team, agentId: agent.id }
}

/** Somebody's browser at an address, signed in by the session that they have already. */
async function open(person: Person, address: string): Promise<Page> {
  const [name = '', value = ''] = person.cookie().split('=')
  const cookie = { name, value, domain: new URL(node().url).hostname, path: '/', expires: -1 }
  const cookies = [{ ...cookie, httpOnly: true, secure: false, sameSite: 'Lax' as const }]
  const page = await visit(address, { storageState: { cookies, origins: [] } })
  await live(page)
  return page
}

/** Several, each in a browser of their own; one after the other, so that a busy machine can follow. */
async function openAll<People extends Person[]>(people: [...People], address: string) {
  const pages: Page[] = []
  for (const person of people) pages.push(await open(person, address))
  return pages as { [Key in keyof People]: Page }
}
