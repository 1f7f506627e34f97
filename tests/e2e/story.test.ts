import { randomUUID } from 'node:crypto'
import { test } from 'vitest'
import { see, useBrowser } from '../support/browser.ts'
import { tokenIn } from '../support/mail.ts'
import { useNode } from '../support/node.ts'
import { chooseAction, chooseRole, confirm, goToPage, inviteAt, live, rowOf, signUpAt } from '../support/panel.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('the story: what one browser does, the others show', async () => {
  const someone = (name: string) => ({ name, email: `${name.toLowerCase()}.${randomUUID().slice(0, 6)}@example.com` })
  const [ada, grace, edsger, barbara, tony] = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Tony'].map(someone) as Cast

  const owner = await visit('/sign-up')
  await lookAt(owner, '01-sign-up')
  await signUpAt(owner, ada)
  await see(owner.getByRole('heading', { name: 'Members', level: 1 })).toBeVisible()
  await see(rowOf(owner, ada.email)).toContainText('Owner')
  await live(owner)
  await lookAt(owner, '02-default-workspace')

  await owner.getByRole('button', { name: 'Create Workspace' }).first().click()
  const dialog = owner.getByRole('dialog')
  await dialog.getByLabel('Workspace Name').pressSequentially('Acme Düsseldorf')
  await see(dialog.getByLabel('Workspace Handle')).toHaveValue('acme-dusseldorf')
  await see(dialog.getByText('acme-dusseldorf is available')).toBeVisible()
  await lookAt(owner, '03-create-workspace')
  await dialog.getByRole('button', { name: 'Create Workspace' }).click()
  await owner.waitForURL('**/w/acme-dusseldorf/members')
  await see(owner.getByRole('button', { name: 'Switch workspace, now in Acme Düsseldorf' })).toBeVisible()

  await goToPage(owner, 'Plan & seats')
  await owner.getByRole('button', { name: 'Choose Standard AI' }).click()
  await see(owner.getByRole('meter', { name: 'Seats used' })).toHaveAttribute('aria-valuetext', '0 of 3 seats used')
  await lookAt(owner, '04-plan')

  await goToPage(owner, 'Members')
  await inviteAt(owner, [grace.email, edsger.email, barbara.email, tony.email])
  await see(rowOf(owner, barbara.email)).toContainText('Pending')
  await see(rowOf(owner, barbara.email)).not.toContainText('Waiting for a seat')
  await see(rowOf(owner, tony.email)).toContainText('Waiting for a seat')
  await see(owner.getByRole('meter')).toHaveAttribute('aria-valuetext', '3 of 3 seats used')
  await lookAt(owner, '05-invited')

  // the first invited person, in a browser of her own
  const invited = await visit(`/invite#${tokenIn(await node().mail.next(grace.email))}`)
  await see(invited.getByRole('heading', { name: 'Join Acme Düsseldorf' })).toBeVisible()
  await see(invited.getByLabel('Email')).toHaveValue(grace.email)
  await see(invited.getByLabel('Email')).toHaveAttribute('readonly')
  await lookAt(invited, '06-invitation')
  await invited.getByLabel('Name').fill(grace.name)
  await invited.getByLabel('Password').fill('sturdy horse 42')
  await invited.getByRole('button', { name: 'Sign up and accept invitation' }).click()
  await invited.waitForURL('**/w/acme-dusseldorf/members')
  await see(rowOf(owner, grace.email)).toContainText('Active')
  await live(invited)

  // promoted while she looks: her screen gains what an Admin may do
  await see(invited.getByRole('button', { name: 'Invite', exact: true })).toHaveCount(0)
  await see(invited.getByRole('button', { name: `Role of ${edsger.email}` })).toHaveCount(0)
  await chooseRole(owner, grace.email, 'Admin')
  await see(invited.getByRole('button', { name: 'Invite', exact: true })).toBeVisible()
  await see(invited.getByRole('button', { name: `Role of ${edsger.email}` })).toBeVisible()
  await see(invited.getByText('Your role is now Admin.')).toBeVisible()
  await lookAt(invited, '07-promoted')

  // the fourth asks to join where there is no seat
  const fourth = await visit(`/invite#${tokenIn(await node().mail.next(tony.email))}`)
  await see(fourth.getByText('All seats are taken right now.')).toBeVisible()
  await fourth.getByLabel('Name').fill(tony.name)
  await fourth.getByLabel('Password').fill('sturdy horse 42')
  await fourth.getByRole('button', { name: 'Sign up and accept invitation' }).click()
  await fourth.waitForURL('**/waiting')
  await see(fourth.getByRole('heading', { name: 'Waiting for a seat' })).toBeVisible()
  await see(rowOf(owner, tony.email)).toContainText('Asked to join')
  await see(owner.getByText(`${tony.email} wants to join and waits for a seat.`)).toBeVisible()
  await live(fourth)
  await lookAt(fourth, '08-waiting')
  await lookAt(owner, '09-somebody-waits')

  await chooseAction(owner, barbara.email, 'Cancel invitation')
  await lookAt(owner, '10-confirm')
  await confirm(owner, 'Cancel invitation')
  await fourth.waitForURL('**/w/acme-dusseldorf/members')
  await see(rowOf(fourth, tony.email)).toContainText('Active')
  await see(rowOf(owner, tony.email)).toContainText('Active')
  await see(rowOf(owner, barbara.email)).toHaveCount(0)

  // removed while she looks: moved away, told so, and deaf from then on
  await chooseAction(owner, grace.email, 'Remove member')
  await confirm(owner, 'Remove member')
  await see(invited.getByText('You were removed from Acme Düsseldorf.')).toBeVisible()
  await see(invited.getByRole('button', { name: /now in Acme/ })).toHaveCount(0)
  await see(rowOf(owner, grace.email)).toHaveCount(0)
  await lookAt(invited, '11-removed')
  await chooseAction(owner, edsger.email, 'Resend')
  await see(rowOf(fourth, edsger.email)).toBeVisible()
  await see(invited.getByText(edsger.email)).toHaveCount(0)
  await invited.goto('/w/acme-dusseldorf/members')
  await see(invited.getByRole('heading', { name: 'There is nothing here' })).toBeVisible()
})

type Someone = { name: string; email: string }
type Cast = [Someone, Someone, Someone, Someone, Someone]
