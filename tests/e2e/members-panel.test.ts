import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, test } from 'vitest'
import { expectToFit, see, useBrowser, violationsOf } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { goToPage, live, openAs, rowOf, signInAt } from '../support/panel.ts'
import { newTeam, password, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('the address says what is shown: it can be sent to others, and one step back undoes one choice', async () => {
  const { ada, grace, edsger, barbara, workspace } = await newTeam(node())
  const page = await signedIn(ada, `/w/${workspace.handle}/members?role=admin&status=nonsense`)
  await see(rowOf(page, grace.email)).toBeVisible()
  await see(page.getByRole('row')).toHaveCount(2)
  await page.getByLabel('Filter by role').selectOption('Viewer')
  await page.waitForURL('**/members?role=viewer&status=nonsense')
  await see(rowOf(page, barbara.email)).toBeVisible()
  await page.getByLabel('Filter by role').selectOption('All roles')
  await page.getByLabel('Search members').fill('edsger')
  await see(page.getByText('1 of 4 shown')).toBeVisible()
  await page.waitForURL('**/members?status=nonsense&q=edsger')
  await page.getByRole('button', { name: 'Member', exact: true }).click()
  await page.waitForURL('**/members?status=nonsense&q=edsger&sort=name')
  await page.goBack()
  await see(page.getByRole('columnheader', { name: 'Member' })).toHaveAttribute('aria-sort', 'none')
  await see(rowOf(page, edsger.email)).toBeVisible()
  await page.goBack()
  await see(page.getByLabel('Filter by role')).toHaveValue('viewer')
  await see(page.getByLabel('Search members')).toHaveValue('')
  await goToPage(page, 'Members')
  await see(page.getByRole('row')).toHaveCount(5)
  expect(new URL(page.url()).search).toBe('')
})

test('whoever has to sign in first gets to the address with what it shows', async () => {
  const { ada, barbara, workspace } = await newTeam(node())
  const page = await visit(`/w/${workspace.handle}/members?role=viewer`)
  await signInAt(page, ada)
  await page.waitForURL('**/members?role=viewer')
  await see(rowOf(page, barbara.email)).toBeVisible()
  await see(page.getByRole('row')).toHaveCount(2)
})

test('what one does with many at once the other sees, and each has a result of its own', async () => {
  const { ada, grace, edsger, barbara, workspace } = await newTeam(node())
  const invited = ['katherine@example.com', 'lin@example.com', 'mary@example.com']
  for (const email of invited) await ada.invite(workspace.id, email)
  const owner = await signedIn(ada, `/w/${workspace.handle}/members`)
  const admin = await signedIn(grace, `/w/${workspace.handle}/members`)
  await see(owner.getByRole('row')).toHaveCount(8)
  await see(owner.getByLabel('Select Ada')).toHaveCount(0)

  await owner.getByLabel('Select Edsger').click()
  await owner.getByLabel('Select lin@example.com').click({ modifiers: ['Shift'] })
  await see(owner.getByRole('toolbar').getByText('4 selected')).toBeVisible()
  await see(rowOf(owner, 'lin@example.com')).toHaveAttribute('aria-selected', 'true')
  await see(rowOf(owner, 'mary@example.com')).toHaveAttribute('aria-selected', 'false')
  await see(owner.getByLabel('Select all that are shown')).toHaveJSProperty('indeterminate', true)
  expect(await violationsOf(owner)).toEqual([])
  await lookAt(owner, 'selection')
  await see(owner.getByRole('toolbar').getByRole('button', { name: 'Remove' })).toHaveCount(0)
  await owner.getByRole('button', { name: 'Change role' }).click()
  await owner.getByRole('menuitemradio', { name: 'Admin' }).click()
  const dialog = owner.getByRole('dialog')
  await see(dialog.getByText('Change the role of 2 members and 2 invitations to Admin?')).toBeVisible()
  expect(await violationsOf(owner)).toEqual([])
  await lookAt(owner, 'selection-question')
  await dialog.getByRole('button', { name: 'Change roles' }).click()
  await see(dialog.getByText('4 changed.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Close' }).first().click()
  for (const { email } of [edsger, barbara]) await see(rowOf(admin, email)).toContainText('Admin')

  for (const email of invited) await owner.getByLabel(`Select ${email}`).click()
  await ada.delete(`/api/workspaces/${workspace.id}/invitations/${await idOf(ada, workspace.id, 'mary@example.com')}`)
  await see(owner.getByRole('toolbar').getByText('2 selected')).toBeVisible()
  await owner.getByRole('toolbar').getByRole('button', { name: 'Cancel' }).click()
  await ada.delete(`/api/workspaces/${workspace.id}/invitations/${await idOf(ada, workspace.id, 'lin@example.com')}`)
  await see(rowOf(owner, 'lin@example.com')).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Cancel invitations' }).click()
  await see(dialog.getByText('1 cancelled, 1 refused.')).toBeVisible()
  await see(dialog.getByRole('listitem').filter({ hasText: 'lin@example.com' })).not.toContainText('Done')
  await lookAt(owner, 'selection-results')
  expect(await violationsOf(owner)).toEqual([])
  await dialog.getByRole('button', { name: 'Close' }).first().click()
  await see(rowOf(admin, 'katherine@example.com')).toHaveCount(0)

  await owner.getByLabel('Select all that are shown').click()
  await see(owner.getByRole('toolbar').getByText('3 selected')).toBeVisible()
  await owner.keyboard.press('Escape')
  await see(owner.getByRole('toolbar')).toHaveCount(0)
}) // prettier-ignore

test('whoever may do nothing with many is offered no selection, and an Admin no removal', async () => {
  const { grace, barbara, workspace } = await newTeam(node())
  const viewer = await signedIn(barbara, `/w/${workspace.handle}/members`)
  await see(viewer.getByRole('row')).toHaveCount(5)
  await see(viewer.getByRole('checkbox')).toHaveCount(0)
  const admin = await signedIn(grace, `/w/${workspace.handle}/members`)
  await admin.getByLabel('Select Edsger').click()
  await see(admin.getByRole('button', { name: 'Change role' })).toBeVisible()
  await see(admin.getByRole('toolbar').getByRole('button', { name: 'Remove' })).toHaveCount(0)
})

test('a file of invitations is looked at line by line before it is sent, and each has a result', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const owner = await signedIn(ada, `/w/${workspace.handle}/members`)
  const admin = await signedIn(grace, `/w/${workspace.handle}/members`)
  const many = Array.from({ length: 120 }, (_, n) => `new.${n}@example.com;viewer`)
  const text = ['Rolle;E-Mail', ...many.map((line) => line.split(';').toReversed().join(';')), `viewer;${grace.email}`, 'emperor;rome@example.com', 'viewer;nobody']
  await owner.getByRole('button', { name: 'Invite', exact: true }).click()
  const dialog = owner.getByRole('dialog')
  await lookAt(owner, 'invite-with-file')
  await dialog.getByLabel('Choose a file').last().setInputFiles({ name: 'team.csv', mimeType: 'text/csv', buffer: Buffer.from(`\uFEFF${text.join('\r\n')}`) })
  await see(dialog.getByRole('heading', { name: 'Import team.csv' })).toBeVisible()
  await see(dialog.getByText('121 invitations are ready, 2 lines have a problem.')).toBeVisible()
  await see(dialog.getByRole('row').filter({ hasText: 'rome@example.com' })).toContainText('The role is Admin, Editor or Viewer.')
  await dialog.getByRole('row').filter({ hasText: 'rome@example.com' }).scrollIntoViewIfNeeded()
  await lookAt(owner, 'import-preview')
  expect(await violationsOf(owner)).toEqual([])
  await dialog.getByRole('button', { name: 'Send 121 invitations' }).click()
  await see(dialog.getByText('120 invitations sent, 1 not.')).toBeVisible()
  await see(dialog.getByRole('listitem').filter({ hasText: grace.email })).toContainText('already a member')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await see(admin.getByText('124 people')).toBeVisible()
  await admin.getByLabel('Search members').fill('new.119@')
  await see(rowOf(admin, 'new.119@example.com')).toContainText('Viewer')
}) // prettier-ignore

test('an export has what the filters show, and nothing that a spreadsheet would run', async () => {
  const { ada, grace, edsger, barbara, workspace } = await newTeam(node())
  await grace.patch(`/api/workspaces/${workspace.id}/membership`, { displayName: '=1+1' })
  const page = await signedIn(ada, `/w/${workspace.handle}/members?q=example.com&sort=role`)
  await see(page.getByRole('row')).toHaveCount(5)
  await page.getByLabel('Search members').fill('e')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()])
  expect(file.suggestedFilename()).toBe(`${workspace.handle}-members.csv`)
  const lines = readFileSync(await file.path(), 'utf8').split('\r\n')
  const today = /,\d{4}-\d\d-\d\d$/
  expect(lines.map((line) => line.replace(today, ''))).toEqual([
    '\uFEFFName,Email,Role,Status,Joined',
    `Ada,${ada.email},Owner,Active`,
    `'=1+1,${grace.email},Admin,Active`,
    `Edsger,${edsger.email},Editor,Active`,
    `Barbara,${barbara.email},Viewer,Active`,
    '',
  ])
}) // prettier-ignore

test('the panel with a selection on a phone and in German', async () => {
  const { ada, edsger, workspace } = await newTeam(node())
  await ada.invite(workspace.id, 'katherine@example.com')
  const page = await visit('/sign-in', { locale: 'de-DE', viewport: { width: 390, height: 844 } })
  await page.getByLabel('E-Mail').fill(ada.email)
  await page.getByLabel('Passwort').fill(password)
  await page.getByRole('button', { name: 'Anmelden' }).click()
  await page.waitForURL('**/members')
  await page.goto(`/w/${workspace.handle}/members`)
  await live(page)
  await page.getByLabel('Edsger auswählen').click()
  await page.getByLabel('Barbara auswählen').click()
  await see(page.getByRole('toolbar').getByText('2 ausgewählt')).toBeVisible()
  await expectToFit(page)
  expect(await violationsOf(page)).toEqual([])
  await lookAt(page, 'phone-german-selection')
  await page.getByRole('toolbar').getByRole('button', { name: 'Entfernen' }).click()
  await see(page.getByRole('dialog').getByText('2 Mitglieder entfernen?')).toBeVisible()
  await lookAt(page, 'phone-german-question')
  await page.getByRole('dialog').getByRole('button', { name: 'Mitglieder entfernen' }).click()
  await see(page.getByRole('dialog').getByText('2 entfernt.')).toBeVisible()
  await see(rowOf(page, edsger.email)).toHaveCount(0)
})

async function idOf(person: Person, workspaceId: string, email: string): Promise<string> {
  const { invitations } = await person.roster(workspaceId)
  return invitations.find((one) => one.email === email)?.id ?? ''
}

function signedIn(person: Person, address: string): Promise<Page> {
  return openAs(visit, person, address)
}
