import { expect, test } from 'vitest'
import { see, useBrowser, violationsOf } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { goToPage, live, openAs } from '../support/panel.ts'
import { newTeam, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('what happens comes on top, live, as a sentence with everybody as they were called then', async () => {
  const { ada, grace, graceId, edsger, edsgerId, workspace } = await newTeam(node())
  const page = await enter(ada, workspace.handle)
  await goToPage(page, 'Activity')
  await live(page)
  const lines = page.getByRole('main').getByRole('listitem')
  await see(lines.first()).toContainText('Barbara joined as Viewer.')
  await see(lines.last()).toContainText('Ada created the workspace Acme.')
  const path = `/api/workspaces/${workspace.id}`
  await ada.patch(`${path}/members/${graceId}`, { role: 'editor' })
  await see(lines.first()).toContainText('Ada changed Grace’s role from Admin to Editor.')
  await edsger.patch(`${path}/membership`, { displayName: 'Eddy' })
  await see(lines.first()).toContainText('Edsger is now called Eddy.')
  await ada.delete(`${path}/members/${edsgerId}`)
  await see(lines.first()).toContainText('Ada removed Eddy.')
  await ada.patch(path, { name: 'Acme & Sons' })
  await see(lines.first()).toContainText('Ada renamed the workspace from Acme to Acme & Sons.')
  // a second browser reads the same, without having been there
  const other = await enter(grace, workspace.handle)
  await goToPage(other, 'Activity')
  const sentences = await lines.allTextContents()
  await see(other.getByRole('main').getByRole('listitem')).toHaveText(sentences)
})

test('filters are kept in the address, and what comes passes them, too', async () => {
  const { ada, grace, graceId, edsgerId, workspace } = await newTeam(node())
  const path = `/api/workspaces/${workspace.id}`
  const page = await enter(ada, workspace.handle)
  await page.goto(`/w/${workspace.handle}/activity`)
  await live(page)
  const lines = page.getByRole('main').getByRole('listitem')
  await page.getByLabel('Person').selectOption('Grace')
  await page.waitForURL(`**/activity?actor=${graceId}`)
  await see(lines).toHaveCount(2)
  await ada.patch(`${path}/members/${edsgerId}`, { role: 'admin' })
  await grace.patch(`${path}/members/${edsgerId}`, { role: 'viewer' })
  await see(lines).toHaveCount(3)
  await see(lines.first()).toContainText('Grace changed Edsger’s role from Admin to Viewer.')
  await page.getByLabel('Kind').selectOption('Workspace')
  await see(page.getByText('Nothing matches these filters')).toBeVisible()
  await page.reload()
  await see(page.getByLabel('Kind')).toHaveValue('workspace')
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await page.waitForURL('**/activity')
  const all = (await ada.get<{ events: object[] }>(`${path}/events?limit=500`)).body.events.length
  await see(lines).toHaveCount(all)
  await page.getByLabel('To', { exact: true }).fill('2020-01-01')
  await see(page.getByText('Nothing matches these filters')).toBeVisible()
  await page.goBack()
  await see(lines).toHaveCount(all)
  await page.getByLabel('Kind').selectOption('Invitations')
  await see(lines.first()).toContainText('accepted the invitation')
})

test('a long history is read on as one goes down, and each line is there once', async () => {
  const { ada, edsgerId, workspace } = await newTeam(node())
  const path = `/api/workspaces/${workspace.id}`
  for (let n = 0; n < 120; n += 1) {
    await ada.patch(`${path}/members/${edsgerId}`, { role: n % 2 ? 'editor' : 'viewer' })
  }
  const page = await enter(ada, workspace.handle)
  await page.goto(`/w/${workspace.handle}/activity`)
  await live(page)
  const lines = page.getByRole('main').getByRole('listitem')
  await see(lines).toHaveCount(50)
  const { events } = (await ada.get<{ events: object[] }>(`${path}/events?limit=500`)).body
  for (let seen = 50; seen < events.length; seen = await lines.count()) {
    await lines.last().scrollIntoViewIfNeeded()
    await see.poll(() => lines.count()).toBeGreaterThan(seen)
  }
  await see(lines).toHaveCount(events.length)
  await see(page.getByRole('button', { name: 'Load more' })).toHaveCount(0)
  await see(lines.last()).toContainText('Ada created the workspace Acme.')
})

test('it looks as it should, wide, on a phone and in German', async () => {
  const { ada, grace, graceId, edsgerId, workspace } = await newTeam(node())
  const path = `/api/workspaces/${workspace.id}`
  await ada.invite(workspace.id, 'kay@example.com', 'viewer')
  await ada.patch(`${path}/members/${graceId}`, { role: 'editor' })
  await grace.patch(`${path}/membership`, { displayName: 'Grace H.' })
  const { body: agent } = await ada.createAgent(workspace.id, 'Front desk')
  await ada.patch(`${path}/agents/${agent.id}`, { name: 'Reception' })
  await ada.delete(`${path}/members/${edsgerId}`)
  for (const [name, options] of looks) {
    const page = await enter(ada, workspace.handle, options)
    await page.goto(`/w/${workspace.handle}/activity`)
    await live(page)
    await see(page.getByRole('main').getByRole('listitem').first()).toContainText('Edsger')
    expect(await violationsOf(page)).toEqual([])
    await lookAt(page, name)
  }
})

const looks = [
  ['activity', { viewport: { width: 1280, height: 800 } }],
  ['activity-phone', { viewport: { width: 390, height: 844 } }],
  ['activity-german', { viewport: { width: 1280, height: 800 }, locale: 'de-DE' }],
] as const

function enter(person: Person, handle: string, options: Parameters<typeof visit>[1] = {}) {
  return openAs(visit, person, `/w/${handle}/members`, options)
}
