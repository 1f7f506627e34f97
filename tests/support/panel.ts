import type { Locator, Page } from '@playwright/test'
import { see, type VisitOptions } from './browser.ts'
import { password, type Person } from './people.ts'

/** The panel as its users handle it: by the names of what is on the screen. */
export async function signUpAt(page: Page, { name, email }: { name: string; email: string }): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign up' }).click()
}

/** In English or in German, as the browser asks for it. */
export async function signInAt(page: Page, { email }: { email: string }): Promise<void> {
  await page.getByLabel(/Email|E-Mail/).fill(email)
  await page.getByLabel(/Password|Passwort/).fill(password)
  await page.getByRole('button', { name: /^(Sign in|Anmelden)$/ }).click()
}

/** A browser of this person's own at an address behind the sign-in, live. */
export async function openAs(
  visit: (address: string, options?: VisitOptions) => Promise<Page>,
  person: Person,
  address: string,
  options: VisitOptions = {},
): Promise<Page> {
  const page = await visit(address, { ...options, session: await person.newSession() })
  await live(page)
  return page
}

export async function inviteAt(page: Page, emails: string[], role = 'Editor'): Promise<void> {
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Email addresses').fill(emails.join('\n'))
  await dialog.getByLabel('Role').selectOption(role)
  await dialog.getByRole('button', { name: /^Send/ }).click()
  await see(
    dialog.getByText(emails.length === 1 ? '1 invitation sent' : `${emails.length} invitations sent`),
  ).toBeVisible()
  await dialog.getByRole('button', { name: 'Done' }).click()
}

/** The row of a member or an invitation in the members panel. */
export function rowOf(page: Page, email: string): Locator {
  return page.getByRole('row').filter({ hasText: email })
}

export async function chooseAction(page: Page, email: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${email}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

/** Answers yes to the question that is asked before what cannot be undone. */
export async function confirm(page: Page, action: string): Promise<void> {
  await page.getByRole('alertdialog').getByRole('button', { name: action }).click()
}

export async function chooseRole(page: Page, email: string, role: string): Promise<void> {
  await page.getByRole('button', { name: `Role of ${email}` }).click()
  await page.getByRole('menuitemradio', { name: role }).click()
}

export async function goToPage(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Workspace' }).getByRole('link', { name, exact: true }).click()
}

/** Pages that are live: every change from here on arrives by the socket. */
export async function live(...pages: Page[]): Promise<void> {
  for (const page of pages) await see(page.locator('[data-connection=live]').first()).toBeVisible()
}
