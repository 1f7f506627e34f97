import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { Webhook, WebhookWithSecret } from '#shared/protocol/agents/webhooks.ts'
import { scopes } from '#shared/scopes.ts'
import { expectToFit, see, useBrowser, violationsOf } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { chooseAction, goToPage, live, openAs } from '../support/panel.ts'
import { join, newPerson, newTeam, newUser, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

/** Each screen is looked at in both, one after the other. */
const shapes = [
  { name: 'wide', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'phone', viewport: { width: 375, height: 740 }, colorScheme: 'dark' },
] as const

test('axe finds nothing on the screens of who is not signed in, and nothing is wider than the window', async () => {
  const ada = await newUser(node())
  await ada.setAddonSeats(1)
  const workspace = await ada.createWorkspace('Acme')
  const { token } = await ada.inviteByMail(workspace.id, newPerson(node(), 'Tony').email)
  const page = await visit('/sign-in')
  await see(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await check(page, `sign-in`)
  for (const [address, heading] of [['/sign-up', 'Create your account'], [`/invite#${token}`, 'Join Acme'], ['/invite#none', 'This link does not work'], ['/nowhere', 'There is nothing here']] as const) {
    await page.goto('about:blank')
    await page.goto(address)
    await see(page.getByRole('heading', { name: heading })).toBeVisible()
    await check(page, `${heading.replaceAll(' ', '-').toLowerCase()}`)
  }
}) // prettier-ignore

test('axe finds nothing on the screens of a workspace, and nothing is wider than the window', async () => {
  const { ada, workspace } = await newTeam(node())
  await ada.inviteByMail(workspace.id, 'tony@example.com')
  const page = await signedIn(ada, `/w/${workspace.handle}/members`)
  await see(page.getByRole('row')).toHaveCount(6)
  const { body: agent } = await ada.createAgent(workspace.id, 'Front desk')
  for (const [address, title] of [['members', 'Members'], ['membership', 'Membership'], ['plan', 'Plan & seats'], ['settings', 'Settings'], ['agents', 'Agents'], [`agents/${agent.id}`, 'Front desk'], ['agents/nowhere', 'There is no such agent']] as const) {
    await page.goto(`/w/${workspace.handle}/${address}`)
    await see(page.getByRole('heading', { name: title, level: 1 })).toBeVisible()
    await live(page)
    await check(page, `${title.replaceAll(' ', '-').toLowerCase()}`)
  }
}) // prettier-ignore

test('axe finds nothing on what opens over the members', async () => {
  const { ada, workspace, grace } = await newTeam(node())
  const page = await signedIn(ada, `/w/${workspace.handle}/members`)
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByLabel('Email addresses').fill('one@example.com, not an address')
  await page.getByRole('button', { name: /^Send/ }).click()
  await see(page.getByText('These are not email addresses')).toBeVisible()
  await check(page, `invite`)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: `Role of ${grace.email}` }).click()
  await see(page.getByRole('menuitemradio', { name: 'Viewer' })).toBeVisible()
  // a menu hangs outside of the page's landmarks by design
  await check(page, `role-menu`, ['region'])
  await page.keyboard.press('Escape')
  await chooseAction(page, grace.email, 'Remove member')
  await see(page.getByRole('alertdialog')).toBeVisible()
  await check(page, `remove`)
})

test('axe finds nothing on the pages of an agent that has nothing yet', async () => {
  const { page } = await atAgent()
  for (const [tab, title] of agentPages) {
    await openTab(page, title)
    await see(page.locator('.empty h3')).toBeVisible()
    await check(page, `${tab}-empty`)
  }
})

test('axe finds nothing on the pages of an agent that has something of each', async () => {
  const { page, ada, path } = await atAgent()
  const webhook = await fill(ada, path)
  for (const [tab, title] of agentPages) {
    await openTab(page, title)
    await see(page.getByRole('table', { name: title })).toBeVisible()
    if (tab === 'knowledge') {
      await page.getByLabel('A visitor’s question').fill('When are you open?')
      await page.getByRole('button', { name: 'Ask' }).click()
      await see(page.locator('mark').first()).toBeVisible()
    }
    await check(page, `${tab}`)
  }
  await openTab(page, 'Webhooks')
  await page.getByRole('link', { name: webhook.host }).click()
  await see(page.getByRole('list', { name: 'Deliveries' })).toBeVisible()
  await page.locator('summary').first().click()
  await check(page, `webhook`)
}) // prettier-ignore

test('axe finds nothing in the dialogs of an agent, refused and answered', async () => {
  const { page } = await atAgent()
  const dialog = page.getByRole('dialog')
  for (const [title, button, item] of [['Knowledge', 'Add', 'Text'], ['Knowledge', 'Add', 'Web page'], ['Integrations', 'Connect', 'Slack'], ['Webhooks', 'Add webhook', null], ['API keys', 'Create API key', null]] as const) {
    await openTab(page, title)
    await page.getByRole('button', { name: button, exact: true }).click()
    if (item) await page.getByRole('menuitem', { name: item }).click()
    await dialog.locator('[type=submit]').click()
    await see(dialog.locator('[aria-invalid=true]').first()).toBeFocused()
    await check(page, `dialog-${item ?? title}`)
    if (title !== 'API keys') await page.keyboard.press('Escape')
  }
  await dialog.getByLabel('Name').fill('Another')
  await dialog.getByLabel('Read').first().check()
  await dialog.getByRole('button', { name: 'Create API key' }).click()
  await see(dialog.getByLabel('API key', { exact: true })).toBeFocused()
  await check(page, `api-key-made`)
}) // prettier-ignore

test('axe finds nothing on the pages of an agent as its viewers see them', async () => {
  const { ada, path, workspace, agentId } = await newAgent()
  const barbara = await newUser(node(), 'Barbara')
  await join(ada, workspace.id, barbara, 'viewer')
  const webhook = await fill(ada, path)
  const page = await signedIn(barbara, `/w/${workspace.handle}/agents/${agentId}`)
  await check(page, `viewer-configuration`)
  for (const [tab, title] of agentPages.slice(0, 3)) {
    await openTab(page, title)
    await see(page.getByRole('table', { name: title })).toBeVisible()
    await check(page, `viewer-${tab}`)
  }
  await page.getByRole('link', { name: webhook.host }).click()
  await see(page.getByRole('heading', { name: 'Events' })).toBeVisible()
  await check(page, `viewer-webhook`)
})

test('axe finds nothing in the Help Desk: nobody there, its list, a conversation and whose it can be', async () => {
  const { ada, workspace, agentId, path } = await newAgent()
  const page = await signedIn(ada, `/w/${workspace.handle}/help-desk`)
  await see(page.getByRole('heading', { name: 'No agent is in the Help Desk yet' })).toBeVisible()
  await check(page, 'help-desk-off')
  await ada.patch(path, { helpDesk: true })
  await see(page.getByText('No open conversations.')).toBeVisible()
  await check(page, 'help-desk-empty')
  const { body: kay } = await ada.post<{ id: string }>(`${path}/contacts`, { name: 'Kay', email: 'kay@example.com' })
  const { body: asked } = await ada.post<{ id: string }>(`${path}/conversations`, { contactId: kay.id, text: 'Is anybody there?' }) // prettier-ignore
  await ada.post(`${path}/conversations`, { text: 'A visitor without a name, who writes a rather long message that does not fit into a line of any list at all.' }) // prettier-ignore
  await ada.post(`${path}/conversations/${asked.id}/messages`, { text: 'Good day!\nWhat can we do for you?' })
  await see(page.getByRole('region', { name: 'Conversations' }).getByRole('link')).toHaveCount(2)
  await check(page, 'help-desk-list')
  await page.goto(`/w/${workspace.handle}/help-desk/${agentId}/${asked.id}`)
  await see(page.getByRole('log', { name: 'Messages' })).toContainText('What can we do for you?')
  await live(page)
  await check(page, 'help-desk-conversation')
  await page.getByRole('button', { name: /^Assigned to/ }).click()
  await see(page.getByRole('menuitemradio', { name: 'Assistant' })).toBeVisible()
  await check(page, 'help-desk-assign', ['region'])
})

test('axe finds nothing in what the Help Desk finds, or does not, and in who writes', async () => {
  const { ada, workspace, agentId, path } = await newAgent()
  await ada.patch(path, { helpDesk: true })
  const { body: kay } = await ada.post<{ id: string }>(`${path}/contacts`, { name: 'Kay', email: 'kay@example.com' })
  for (const text of ['Is anybody there?', 'My parcel is late.']) await ada.post(`${path}/conversations`, { contactId: kay.id, text }) // prettier-ignore
  const { body: asked } = await ada.post<{ id: string }>(`${path}/conversations`, { contactId: kay.id, text: 'One long message more.' }) // prettier-ignore
  const page = await signedIn(ada, `/w/${workspace.handle}/help-desk`)
  const field = page.getByRole('searchbox', { name: 'Search conversations' })
  for (const [words, told] of [
    ['message', 'One conversation with “message”'],
    ['zebra', 'Nothing was found for “zebra”.'],
  ] as const) {
    await field.fill(words)
    await see(page.getByText(told)).toBeVisible()
    await check(page, `help-desk-search-${words}`)
  }
  await page.goto(`/w/${workspace.handle}/help-desk/${agentId}/${asked.id}`)
  await page.setViewportSize(shapes[1].viewport)
  await page.getByRole('button', { name: 'Contact' }).click()
  await see(page.getByRole('dialog', { name: 'Contact' })).toContainText('kay@example.com')
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await violationsOf(page, { except: ['region'] })).toEqual([])
  await lookAt(page, 'phone-help-desk-contact')
})

test('the panel works by keyboard alone: invite, change a role, remove', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const page = await signedIn(ada, `/w/${workspace.handle}/members`)
  await page.getByRole('button', { name: 'Invite', exact: true }).focus()
  await page.keyboard.press('Enter')
  await see(page.getByLabel('Email addresses')).toBeFocused()
  await page.keyboard.type('keys@example.com')
  await page.keyboard.press('Tab')
  await see(page.getByRole('dialog').getByLabel('Role')).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Send invitation' }).press('Enter')
  await page.getByRole('button', { name: 'Done' }).press('Enter')
  await see(page.getByRole('button', { name: 'Invite', exact: true })).toBeFocused()
  await see(page.getByRole('row').filter({ hasText: 'keys@example.com' })).toContainText('Pending')

  await page.getByRole('button', { name: `Role of ${grace.email}` }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await see(page.getByRole('button', { name: `Role of ${grace.email}` })).toHaveText('Viewer')

  await page.getByRole('button', { name: `Actions for ${grace.email}` }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove member' }).press('Enter')
  await see(page.getByRole('row').filter({ hasText: grace.email })).toHaveCount(0)
})

test('search, filters and sorting narrow and order the rows', async () => {
  const { ada, grace, edsger, workspace } = await newTeam(node())
  await ada.invite(workspace.id, 'zoe@example.com', 'viewer')
  const page = await signedIn(ada, `/w/${workspace.handle}/members`)
  const rows = page.getByRole('row')
  await see(rows).toHaveCount(6)
  await page.getByLabel('Search members').fill('GRACE')
  await see(rows).toHaveCount(2)
  await see(rows.last()).toContainText(grace.email)
  await page.getByLabel('Search members').fill('')
  await page.getByLabel('Filter by status').selectOption('Pending')
  await see(rows).toHaveCount(2)
  await page.getByLabel('Filter by role').selectOption('Admin')
  await see(page.getByRole('heading', { name: 'Nobody matches' })).toBeVisible()
  await page.getByRole('button', { name: 'Show everybody' }).click()
  await page.getByRole('button', { name: 'Member', exact: true }).click()
  await see(rows.nth(1)).toContainText(ada.email)
  await page.getByRole('button', { name: 'Member', exact: true }).click()
  await see(rows.nth(1)).toContainText('zoe@example.com')
  await see(page.getByRole('columnheader', { name: 'Member', exact: true })).toHaveAttribute('aria-sort', 'descending')
  await see(rows.filter({ hasText: edsger.email })).toBeVisible()
})

test('a lost connection says so, and what was missed is there on return without a reload', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const page = await signedIn(ada, `/w/${workspace.handle}/members`)
  await page.evaluate(() => Reflect.set(globalThis, 'sameDocument', true))
  await page.context().setOffline(true)
  await see(page.locator('[data-connection=offline]').first()).toBeVisible()
  await grace.invite(workspace.id, 'missed@example.com')
  await page.context().setOffline(false)
  await live(page)
  await see(page.getByRole('row').filter({ hasText: 'missed@example.com' })).toBeVisible()
  expect(await page.evaluate(() => Reflect.get(globalThis, 'sameDocument') as unknown)).toBe(true)
})

test('only what a role may do is offered', async () => {
  const { edsger, grace, workspace } = await newTeam(node())
  const page = await signedIn(edsger, `/w/${workspace.handle}/members`)
  await see(page.getByRole('row')).toHaveCount(5)
  await see(page.getByRole('button', { name: 'Invite', exact: true })).toHaveCount(0)
  await see(page.getByRole('button', { name: /^Role of/ })).toHaveCount(0)
  await see(page.getByRole('button', { name: `Actions for ${grace.email}` })).toHaveCount(0)
  await see(page.getByRole('navigation', { name: 'Workspace' }).getByRole('link')).toHaveText([
    'Members',
    'Membership',
    'Activity',
  ])
  await chooseAction(page, edsger.email, 'Leave workspace')
  await page.getByRole('alertdialog').getByRole('button', { name: 'Leave workspace' }).click()
  await see(page.getByText('You left Acme.')).toBeVisible()
  await see(page.getByRole('button', { name: /now in Edsger/ })).toBeVisible()
})

test('whoever signs out in one page is signed out in the others', async () => {
  const ada = await newUser(node())
  const page = await signedIn(ada, '/')
  const other = await page.context().newPage()
  await other.goto('/')
  await live(page, other)
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await see(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await see(other.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await see(other.getByText('You were signed out.')).toBeVisible()
})

test('settings: a new name and handle show everywhere, and a deleted workspace moves everybody away', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const owner = await signedIn(ada, `/w/${workspace.handle}/settings`)
  const admin = await signedIn(grace, `/w/${workspace.handle}/members`)
  await owner.getByLabel('Workspace Name').fill('Acme & Söhne')
  await owner.getByLabel('Workspace Handle').fill('acme-soehne')
  await see(owner.getByText('acme-soehne is available')).toBeVisible()
  await owner.getByRole('button', { name: 'Save' }).click()
  await admin.waitForURL('**/w/acme-soehne/members')
  await owner.waitForURL('**/w/acme-soehne/settings')
  await see(admin.getByRole('button', { name: 'Switch workspace, now in Acme & Söhne' })).toBeVisible()
  await owner.getByRole('button', { name: 'Delete workspace' }).click()
  const dialog = owner.getByRole('dialog')
  await see(dialog.getByRole('button', { name: 'Delete workspace' })).toBeDisabled()
  await dialog.getByLabel('Workspace Handle').fill('acme-soehne')
  await dialog.getByRole('button', { name: 'Delete workspace' }).click()
  await see(admin.getByText('The workspace Acme & Söhne was deleted.')).toBeVisible()
  await see(owner.getByRole('button', { name: /now in Ada/ })).toBeVisible()
  await see(admin.getByRole('button', { name: /now in Grace/ })).toBeVisible()
})

test('membership: a new name and a cropped picture show in the other browser at once', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const owner = await signedIn(ada, `/w/${workspace.handle}/members`)
  const admin = await signedIn(grace, `/w/${workspace.handle}/membership`)
  await admin.getByLabel('Display name').fill('Amazing Grace')
  await admin.getByRole('button', { name: 'Save', exact: true }).click()
  const row = owner.getByRole('row').filter({ hasText: grace.email })
  await see(row).toContainText('Amazing Grace')
  await admin.getByLabel('Picture file').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no') })
  await see(admin.getByText('Choose a PNG, JPEG, WebP or GIF picture.')).toBeVisible()
  await admin.getByLabel('Picture file').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: await portrait() })
  const dialog = admin.getByRole('dialog')
  await dialog.getByLabel('Zoom').fill('2')
  await dialog.getByRole('application').press('ArrowRight')
  expect(await violationsOf(admin)).toEqual([])
  await lookAt(admin, 'crop')
  await dialog.getByRole('button', { name: 'Save picture' }).click()
  await see(row.locator('img')).toHaveAttribute('src', /^\/api\/avatars\//)
  await see(admin.getByRole('button', { name: 'Change picture' })).toBeVisible()
  await lookAt(admin, 'membership-with-picture')
  await admin.getByRole('button', { name: 'Remove picture' }).click()
  await see(row.locator('img')).toHaveCount(0)
}) // prettier-ignore

test('the switcher follows: added elsewhere, it appears, and opens', async () => {
  const ada = await newUser(node())
  const grace = await newUser(node(), 'Grace')
  await ada.setAddonSeats(3)
  const workspace = await ada.createWorkspace('Shared')
  const page = await signedIn(grace, '/')
  const { token } = await ada.inviteByMail(workspace.id, grace.email, 'viewer')
  await grace.accept(token)
  await see(page.getByText('You are now a member of Shared.')).toBeVisible()
  await page.getByRole('button', { name: /^Switch workspace/ }).click()
  await page.getByRole('menuitem', { name: /Shared/ }).click()
  await page.waitForURL(`**/w/${workspace.handle}/members`)
  await goToPage(page, 'Membership')
  await see(page.getByText('You are a Viewer')).toBeVisible()
})

/** Ada's workspace with an agent in it. */
async function newAgent() {
  const ada = await newUser(node())
  await ada.setAddonSeats(2)
  const workspace = await ada.createWorkspace('Acme')
  const { body } = await ada.createAgent(workspace.id, 'Front desk')
  return { ada, workspace, agentId: body.id, path: `/api/workspaces/${workspace.id}/agents/${body.id}` }
}

async function atAgent() {
  const made = await newAgent()
  return { ...made, page: await signedIn(made.ada, `/w/${made.workspace.handle}/agents/${made.agentId}`) }
}

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Agent', exact: true }).getByRole('link', { name, exact: true }).click()
  await see(page.getByRole('heading', { name, level: 2 })).toBeVisible()
}

const agentPages = [
  ['knowledge', 'Knowledge'],
  ['integrations', 'Integrations'],
  ['webhooks', 'Webhooks'],
  ['api-keys', 'API keys'],
] as const

/** Something of each kind in an agent, in each state that can be had without the outside. Answers a webhook that was tried. */
async function fill(person: Person, agent: string): Promise<Webhook> {
  const made = async <T>(path: string, body: object) => {
    const answer = await person.post<T>(`${agent}/${path}`, body)
    expect(answer.status).toBe(201)
    return answer.body
  }
  const long = 'https://pages.invalid/a-rather-long-address/of-a-page/that-does-not-fit/into-a-line-of-any-phone'
  await made('resources', { kind: 'text', title: 'Opening hours', content: 'We are open from nine to five.' })
  await made('resources', { kind: 'qa', question: 'Darf mein Hund mit?', answer: 'Ja.', language: 'de' })
  await made('resources', { kind: 'url', url: long })
  await made('integrations', { kind: 'slack', name: 'Support channel', url: 'https://hooks.slack.invalid/services/x' })
  await made('integrations', { kind: 'email', name: 'Support mailbox', to: 'support@example.com' })
  await made('api-keys', { name: 'Our shop', scopes: [...scopes], expiresInDays: 30 })
  const { webhook } = await made<WebhookWithSecret>('webhooks', { url: 'https://hooks.invalid/rollcall', events: ['contact.created', 'message.created'] }) // prettier-ignore
  await made(`webhooks/${webhook.id}/test`, { type: 'takeover.requested' })
  await made('webhooks', { url: 'https://other.invalid/rollcall', events: [] })
  return webhook
}

function signedIn(person: Person, address: string): Promise<Page> {
  return openAs(visit, person, address)
}

async function check(page: Page, name: string, except: string[] = []): Promise<void> {
  for (const { name: shape, viewport, colorScheme } of shapes) {
    await page.setViewportSize(viewport)
    await lookAt(page, `${shape}-${name}`)
    await page.emulateMedia({ colorScheme })
    expect(await violationsOf(page, { except }), shape).toEqual([])
    await expectToFit(page)
  }
  await page.setViewportSize(shapes[0].viewport)
  await page.emulateMedia({ colorScheme: shapes[0].colorScheme })
}

async function portrait(): Promise<Buffer> {
  const square = (width: number, height: number, background: string) =>
    sharp({ create: { width, height, channels: 3, background } }).png()
  const face = await square(200, 200, '#f6c58f').toBuffer()
  return square(640, 400, '#7fb8ff')
    .composite([{ input: face }])
    .toBuffer()
}
