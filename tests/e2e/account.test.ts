import type { Page } from '@playwright/test'
import { expect, test } from 'vitest'
import { expectToFit, see, useBrowser, violationsOf } from '../support/browser.ts'
import { linkTokenIn } from '../support/mail.ts'
import { useNode } from '../support/node.ts'
import { confirm, live, rowOf, signInAt } from '../support/panel.ts'
import { newTeam, newUser, password, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)
const another = 'gentle river 77'

test('a forgotten password is chosen anew by the emailed link, and the browser that was signed in is not any more', async () => {
  const ada = await newUser(node())
  const signedIn = await accountOf(ada)
  const page = await visit('/sign-in')
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('Email').fill(ada.email)
  await check(page, 'forgot')
  await page.getByRole('button', { name: 'Send the link' }).click()
  await see(page.getByRole('heading', { name: 'Look into your mailbox' })).toBeVisible()
  await check(page, 'forgot-sent')
  const mail = await node().mail.nextAboutAccount(ada.email, /Choose a new password/)
  await lookAtMail(page, 'reset', mail.html)
  await page.goto(`/reset#${linkTokenIn(mail, 'reset')}`)
  await expect.poll(() => new URL(page.url()).hash).toBe('')
  await page.getByLabel('New password').fill('password123')
  await page.getByRole('button', { name: 'Change password' }).click()
  await see(page.getByText('This password is easy to guess.')).toBeVisible()
  await check(page, 'reset')
  await page.getByLabel('New password').fill(another)
  await page.getByRole('button', { name: 'Change password' }).click()
  await see(page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()
  await see(signedIn.getByText('You were signed out. Sign in to go on.')).toBeVisible()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('Email').fill(ada.email)
  await page.getByLabel('Password').fill(another)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/members')
  // used, it says so, and offers the next one
  const late = await visit(`/reset#${linkTokenIn(mail, 'reset')}`)
  await late.getByLabel('New password').fill(another)
  await late.getByRole('button', { name: 'Change password' }).click()
  await see(late.getByRole('link', { name: 'Ask for a new link' })).toBeVisible()
}) // prettier-ignore

test('two browsers of one person: what the one changes the other shows, and signing out elsewhere is at once', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const page = await accountOf(grace)
  const other = await accountOf(grace)
  const owner = await visit('/sign-in')
  await signInAt(owner, ada)
  await owner.waitForURL('**/members')
  await owner.goto(`/w/${workspace.handle}/members`)
  await live(owner)

  await see(page.getByRole('listitem').filter({ hasText: 'This browser' })).toHaveCount(1)
  await page.getByRole('textbox', { name: 'Name' }).fill('Grace H.')
  await page.getByRole('button', { name: 'Save name' }).click()
  await see(other.getByRole('textbox', { name: 'Name' })).toHaveValue('Grace H.')

  const email = `new.${grace.userId}@example.com`
  await page.getByRole('button', { name: 'Change address' }).click()
  await page.getByLabel('New address').fill(email)
  await page.getByRole('dialog').getByLabel('Password').fill('wrong horse 42')
  await page.getByRole('button', { name: 'Send the link' }).click()
  await see(page.getByText('This is not your password.')).toBeVisible()
  await check(page, 'change-email')
  await page.getByRole('dialog').getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Send the link' }).click()
  await see(other.getByText(`A link was sent to ${email}.`)).toBeVisible()
  await check(page, 'account')
  const mail = await node().mail.nextAboutAccount(email, /Confirm your new/)
  const opened = await visit(`/verify#${linkTokenIn(mail, 'verify')}`)
  await lookAt(opened, 'verify')
  await opened.getByRole('button', { name: 'Confirm' }).click()
  await see(opened.getByRole('heading', { name: 'Your address is confirmed' })).toBeVisible()
  for (const one of [page, other]) await see(one.getByText(email, { exact: true })).toBeVisible()
  await see(rowOf(owner, email)).toBeVisible()
  await see(rowOf(owner, grace.email)).toHaveCount(0)

  // a third browser shows in the list while it is looked at, and is ended from there
  const third = await visit('/sign-in')
  await signInAt(third, { email })
  await third.waitForURL('**/members')
  await live(third)
  const elsewhere = page.getByRole('listitem').filter({ hasNotText: 'This browser' })
  const before = await elsewhere.count()
  await elsewhere.first().getByRole('button', { name: /^Sign out/ }).click()
  await see(elsewhere).toHaveCount(before - 1)
  await see(third.getByText('You were signed out. Sign in to go on.')).toBeVisible()

  await page.getByLabel('Current password').fill(password)
  await page.getByLabel('New password').fill(another)
  await page.getByRole('button', { name: 'Change password' }).click()
  await see(page.getByText('Your password is changed. You are signed out everywhere else.')).toBeVisible()
  await see(other.getByText('You were signed out. Sign in to go on.')).toBeVisible()
  await see(elsewhere).toHaveCount(0)
}) // prettier-ignore

test('an account is deleted by its password, or says what stands in the way; the team sees its member go', async () => {
  const { ada, edsger, workspace } = await newTeam(node())
  const owner = await accountOf(ada)
  await owner.getByRole('button', { name: 'Delete account' }).click()
  await owner.getByRole('dialog').getByLabel('Password').fill(password)
  await owner.getByRole('dialog').getByRole('button', { name: 'Delete account' }).click()
  await see(owner.getByText('Others are members of “Acme”.')).toBeVisible()
  await check(owner, 'delete-account')
  await owner.keyboard.press('Escape')
  await owner.goto(`/w/${workspace.handle}/members`)
  await live(owner)
  const leaver = await accountOf(edsger)
  await leaver.getByRole('button', { name: 'Delete account' }).click()
  await leaver.getByRole('dialog').getByLabel('Password').fill(password)
  await leaver.getByRole('dialog').getByRole('button', { name: 'Delete account' }).click()
  await see(leaver.getByText('Your account is deleted.')).toBeVisible()
  await see(rowOf(owner, edsger.email)).toHaveCount(0)
})

test('signing out everywhere is asked for once and ends every browser', async () => {
  const ada = await newUser(node())
  const [page, other] = [await accountOf(ada), await accountOf(ada)]
  await see(page.getByText('Not confirmed')).toBeVisible()
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await confirm(page, 'Sign out everywhere')
  await see(page.getByText('You are signed out everywhere.')).toBeVisible()
  await see(other.getByText('You were signed out. Sign in to go on.')).toBeVisible()
})

async function accountOf(person: Person): Promise<Page> {
  const page = await visit('/sign-in')
  await signInAt(page, person)
  await page.waitForURL('**/members')
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Account settings' }).click()
  await see(page.getByRole('heading', { name: 'Account', exact: true })).toBeVisible()
  await live(page)
  return page
}

const shapes = [
  { shape: 'wide', viewport: { width: 1280, height: 800 } },
  { shape: 'phone', viewport: { width: 375, height: 740 } },
] as const

async function check(page: Page, name: string): Promise<void> {
  for (const { shape, viewport } of shapes) {
    await page.setViewportSize(viewport)
    await lookAt(page, `${shape}-${name}`)
    expect(await violationsOf(page), shape).toEqual([])
    await expectToFit(page)
  }
  await page.setViewportSize(shapes[0].viewport)
}

async function lookAtMail(page: Page, name: string, html: string): Promise<void> {
  const address = page.url()
  await page.goto('about:blank')
  await page.setContent(html)
  await lookAt(page, `mail-${name}`)
  await page.goto(address)
}
