import type { Page } from '@playwright/test'
import { expect, test } from 'vitest'
import { see, useBrowser, violationsOf } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { notificationsOf } from '../support/notifications.ts'
import { live, openAs } from '../support/panel.ts'
import { join, newTeam, newUser, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('two browsers of one person: a notification comes to both, and reading it in one clears the other', async () => {
  const { ada, workspace } = await newTeam(node())
  const one = await enter(ada, workspace.handle)
  const two = await enter(ada, workspace.handle)
  await live(one, two)
  for (const page of [one, two]) await see(bell(page)).toContainText('3 unread notifications')
  const kay = await newUser(node(), 'Kay')
  await join(ada, workspace.id, kay, 'viewer')
  for (const page of [one, two]) {
    await see(bell(page)).toContainText('4 unread notifications')
    await see(page).toHaveTitle(`(4) Members · ${workspace.name} · Rollcall`)
  }

  await bell(two).click()
  const list = two.getByRole('dialog', { name: 'Notifications' })
  await see(list.getByRole('link').first()).toContainText('Kay joined as Viewer.')
  await see(list.getByText('Unread')).toHaveCount(4)
  await bell(one).click()
  const first = one.getByRole('dialog', { name: 'Notifications' }).getByRole('link').first()
  await see(first).toContainText('Kay joined as Viewer.')
  await first.click()
  // it leads to whom it is about
  await one.waitForURL(`**/members?q=${encodeURIComponent(kay.email)}`)
  await see(one.getByRole('dialog')).toHaveCount(0)
  await see(list.getByText('Unread')).toHaveCount(3)
  await see(bell(two)).toContainText('3 unread notifications')
  await list.getByRole('button', { name: 'Mark all as read' }).click()
  for (const page of [one, two]) await see(bell(page)).toHaveText('Notifications')
  await see(two).toHaveTitle(`Members · ${workspace.name} · Rollcall`)
  await see(list.getByRole('button', { name: 'Mark all as read' })).toHaveCount(0)
  expect((await notificationsOf(ada)).unread).toBe(0)
})

test('a list that is open grows as something happens, in all workspaces that one runs; a toast tells the same', async () => {
  const { ada, grace, edsger, workspace } = await newTeam(node())
  const other = await grace.createWorkspace('Grace’s other place')
  await grace.setAddonSeats(2)
  const page = await enter(grace, workspace.handle)
  await live(page)
  await bell(page).click()
  const list = page.getByRole('dialog', { name: 'Notifications' })
  await see(list.getByRole('link')).toHaveCount(2)
  await edsger.post(`/api/workspaces/${workspace.id}/leave`)
  await see(list.getByRole('link').first()).toContainText('Edsger left the workspace.')
  await see(page.locator('[data-sonner-toast]').filter({ hasText: 'Edsger left the workspace.' })).toBeVisible()
  await join(grace, other.id, edsger, 'admin')
  await see(list.getByRole('link').first()).toContainText('Grace’s other place')
  // whoever is Admin no more has nothing of it
  const { members } = await ada.roster(workspace.id)
  const graceId = members.find(({ userId }) => userId === grace.userId)?.id
  await ada.patch(`/api/workspaces/${workspace.id}/members/${graceId}`, { role: 'viewer' })
  await see(list.getByRole('link')).toHaveCount(1)
  await see(bell(page)).toContainText('One unread notification')
})

test('much that happens at once is three sentences and a sum, not a tower of them', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const page = await enter(ada, workspace.handle)
  await live(page)
  const created = Array.from({ length: 9 }, (_, n) => grace.createAgent(workspace.id, `Agent ${n}`))
  await Promise.all(created)
  const toasts = page.locator('[data-sonner-toast]')
  await see(toasts.filter({ hasText: '6 changes to the agents.' })).toBeVisible()
  await see(toasts.filter({ hasText: /Grace created the agent/ })).toHaveCount(3)
  await see(toasts).toHaveCount(4)
})

test('it opens and closes by the keyboard, says that there is nothing, and looks as it should', async () => {
  const lone = await newUser(node(), 'Lone')
  const own = (await lone.me()).workspaces[0]?.handle ?? ''
  const page = await enter(lone, own)
  await live(page)
  await bell(page).focus()
  await page.keyboard.press('Enter')
  const empty = page.getByRole('dialog', { name: 'Notifications' })
  await see(empty.getByText('You are all caught up')).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
  await lookAt(page, 'notifications-empty')
  await page.keyboard.press('Escape')
  await see(empty).toHaveCount(0)
  await see(bell(page)).toBeFocused()

  const { ada, workspace } = await eventful()
  for (const [name, options] of looks) {
    const look = await enter(ada, workspace.handle, options)
    await live(look)
    await look.getByRole('button', { name: /Notifications|Mitteilungen/ }).click()
    await see(look.getByRole('dialog').getByRole('link')).toHaveCount(7)
    expect(await violationsOf(look)).toEqual([])
    await lookAt(look, name)
    // the first thing that a key leads to is the list
    await look.keyboard.press('Tab')
    expect(await look.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null)).toBe(true)
  }
})

const looks = [
  ['notifications', { viewport: { width: 1280, height: 800 } }],
  ['notifications-phone', { viewport: { width: 390, height: 844 } }],
  ['notifications-german', { viewport: { width: 1280, height: 800 }, locale: 'de-DE' }],
] as const

/** A workspace where each kind of thing has happened. */
async function eventful() {
  const team = await newTeam(node())
  const { ada, edsger, workspace } = team
  await ada.setPlan('free')
  await ada.setAddonSeats(3)
  const [kay, alan] = [await newUser(node(), 'Kay'), await newUser(node(), 'Alan')]
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  await kay.accept(token)
  const declined = await ada.inviteByMail(workspace.id, alan.email)
  await alan.post('/api/invitations/decline', { token: declined.token })
  await edsger.post(`/api/workspaces/${workspace.id}/leave`)
  const newest = (await notificationsOf(ada)).items[0]
  await ada.post('/api/notifications/read', { ids: [newest?.id] })
  return team
}

function enter(person: Person, handle: string, options: Parameters<typeof visit>[1] = {}) {
  return openAs(visit, person, `/w/${handle}/members`, options)
}

function bell(page: Page) {
  return page.getByRole('button', { name: /^Notifications/ })
}
