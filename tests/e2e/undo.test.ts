import type { Page, Route } from '@playwright/test'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { see, useBrowser, violationsOf } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { chooseRole, openAs, rowOf } from '../support/panel.ts'
import { newTeam, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('a changed role shows at once as not yet done, and as done when the server has done it', async () => {
  const { page, edsger, roster } = await atMembers()
  const { route } = await holdNext(page, '**/members/*')
  await chooseRole(page, edsger.email, 'Viewer')
  const role = page.getByRole('button', { name: `Role of ${edsger.email}` })
  await see(role).toHaveText('Viewer')
  await see(role.locator('.spinner')).toBeVisible()
  await lookAt(page, 'role-pending')
  expect(await page.getByText('Edsger is now a Viewer.').count()).toBe(0)
  expect(await roster(edsger)).toBe('editor')
  await (await route).continue()
  await see(page.getByText('Edsger is now a Viewer.')).toBeVisible()
  await see(role.locator('.spinner')).toHaveCount(0)
  await see(role).toHaveText('Viewer')
  expect(await roster(edsger)).toBe('viewer')
})

test('a role that is refused goes back to what it was, with the reason', async () => {
  const { page, edsger } = await atMembers()
  const { route } = await holdNext(page, '**/members/*')
  await chooseRole(page, edsger.email, 'Viewer')
  const role = page.getByRole('button', { name: `Role of ${edsger.email}` })
  await see(role).toHaveText('Viewer')
  const problem = { code: 'forbidden', detail: 'Your role does not allow that any more.' }
  await (await route).fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) })
  await see(page.getByText('Your role does not allow that any more.')).toBeVisible()
  await see(role).toHaveText('Editor')
  expect(await page.getByText('Edsger is now a Viewer.').count()).toBe(0)
})

test('without a connection nothing claims to be done: it says so, and stays what it was', async () => {
  const { page, edsger } = await atMembers()
  // what is loaded as the page has time is there before the connection goes
  await page.waitForLoadState('networkidle')
  await chooseRole(page, edsger.email, 'Editor')
  await page.context().setOffline(true)
  await chooseRole(page, edsger.email, 'Viewer')
  await see(page.getByText('Rollcall cannot be reached. Check your connection and try again.')).toBeVisible()
  await see(page.getByRole('button', { name: `Role of ${edsger.email}` })).toHaveText('Editor')
  await page.context().setOffline(false)
})

test('a role is taken back, and one that somebody else changed in between is not', async () => {
  const { page, ada, edsger, edsgerId, workspace, roster } = await atMembers()
  await chooseRole(page, edsger.email, 'Admin')
  await see(page.getByText('Edsger is now an Admin.')).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
  await lookAt(page, 'undo')
  await page.getByRole('button', { name: 'Undo' }).click()
  await see(page.getByText('Edsger is Editor again.')).toBeVisible()
  await see(rowOf(page, edsger.email)).toContainText('Editor')
  expect(await roster(edsger)).toBe('editor')

  await chooseRole(page, edsger.email, 'Admin')
  await see(page.getByRole('button', { name: 'Undo' })).toBeVisible()
  await ada.patch(`/api/workspaces/${workspace.id}/members/${edsgerId}`, { role: 'viewer' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await see(page.getByText('The role of Edsger was changed in between, so nothing was undone.')).toBeVisible()
  expect(await roster(edsger)).toBe('viewer')
})

test('an invitation’s role is taken back, too', async () => {
  const { page, ada, workspace } = await atMembers()
  await ada.invite(workspace.id, 'tony@example.com', 'viewer')
  await see(rowOf(page, 'tony@example.com')).toBeVisible()
  await chooseRole(page, 'tony@example.com', 'Editor')
  await see(page.getByText('tony@example.com is invited as Editor now.')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await see(page.getByText('tony@example.com is Viewer again.')).toBeVisible()
  await see(page.getByRole('button', { name: 'Role of tony@example.com' })).toHaveText('Viewer')
})

test('one’s name and picture are taken back, as far as nobody changed them in between', async () => {
  const { page, ada, workspace } = await atMembers('membership')
  const own = `/api/workspaces/${workspace.id}/membership`
  const me = async () => (await ada.get<{ displayName: string; avatarUrl: string | null }>(own)).body
  const name = page.getByLabel('Display name')
  await name.fill('Countess')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await see(page.getByText('You appear as Countess now.')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await see(page.getByText('You appear as Ada again.')).toBeVisible()
  await see(name).toHaveValue('Ada')

  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
  await ada.call('PUT', `${own}/avatar`, new Uint8Array(picture), { 'Content-Type': 'image/png' })
  await page.getByRole('button', { name: 'Remove picture' }).click()
  await see(page.getByText('Your picture is removed.')).toBeVisible()
  expect((await me()).avatarUrl).toBeNull()
  await page.getByRole('button', { name: 'Undo' }).first().click()
  await see(page.getByText('Your former picture is back.')).toBeVisible()
  await see(page.getByRole('button', { name: 'Remove picture' })).toBeVisible()
  expect((await me()).avatarUrl).not.toBeNull()
  await lookAt(page, 'membership')
})

/** Ada looks at her team. */
async function atMembers(address = 'members') {
  const team = await newTeam(node())
  const page = await openAs(visit, team.ada, `/w/${team.workspace.handle}/${address}`)
  const roster = async ({ email }: Person) =>
    (await team.ada.roster(team.workspace.id)).members.find((member) => member.email === email)?.role
  return { page, roster, ...team }
}

/** The next change that is sent there waits until the test lets it go on, or answers it. */
async function holdNext(page: Page, address: string): Promise<{ route: Promise<Route> }> {
  let hold: (route: Route) => void = () => undefined
  const held = new Promise<Route>((resolve) => (hold = resolve))
  await page.route(address, (route) => (route.request().method() === 'PATCH' ? hold(route) : route.continue()))
  return { route: held }
}
