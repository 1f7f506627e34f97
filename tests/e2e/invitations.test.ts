import { test } from 'vitest'
import { see, useBrowser } from '../support/browser.ts'
import { tokenIn } from '../support/mail.ts'
import { useNode } from '../support/node.ts'
import { live, openAs } from '../support/panel.ts'
import { newPerson, newUser, password } from '../support/people.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('signed in as the invited person it takes one click', async () => {
  const { grace, workspace, token } = await invited('Grace')
  await grace.signUp()
  const page = await visit(`/invite#${token}`, { session: grace.cookie() })
  await page.getByRole('button', { name: 'Accept invitation' }).click()
  await page.waitForURL(`**/w/${workspace.handle}/members`)
  await live(page)
})

test('signed in as somebody else it says so, and leads to the right account', async () => {
  const { grace, workspace, token } = await invited('Grace')
  await grace.signUp()
  const mallory = await newUser(node(), 'Mallory')
  const page = await visit(`/invite#${token}`, { session: mallory.cookie() })
  await see(page.getByText(`You are signed in as ${mallory.email}, but this invitation is for ${grace.email}.`)).toBeVisible()
  await see(page.getByRole('button', { name: 'Accept invitation' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Switch account' }).click()
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in and accept invitation' }).click()
  await page.waitForURL(`**/w/${workspace.handle}/members`)
}) // prettier-ignore

test('with an account, signed out, signing in on the spot accepts', async () => {
  const { grace, workspace, token } = await invited('Grace')
  await grace.signUp()
  const page = await visit(`/invite#${token}`)
  await page.getByLabel('Password').fill('not the right one')
  await page.getByRole('button', { name: 'Sign in and accept invitation' }).click()
  await see(page.getByText('This email and password do not belong together.')).toBeVisible()
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in and accept invitation' }).click()
  await page.waitForURL(`**/w/${workspace.handle}/members`)
})

test('declined, used and replaced links say what to do next; opening one does nothing', async () => {
  const { ada, grace, workspace, token, invitation } = await invited('Grace')
  const page = await visit(`/invite#${token}`)
  await see(page.getByRole('heading', { name: 'Join Acme' })).toBeVisible()
  const before = node().mail.countTo(grace.email)
  await ada.post(`/api/workspaces/${workspace.id}/invitations/${invitation.id}/resend`)
  const fresh = tokenIn(await node().mail.next(grace.email, before))
  await page.getByLabel('Name').fill('Grace')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign up and accept invitation' }).click()
  await see(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible()
  const again = await visit(`/invite#${fresh}`)
  await again.getByRole('button', { name: 'Decline', exact: true }).click()
  await see(again.getByRole('heading', { name: 'Invitation declined' })).toBeVisible()
  await again.goto('about:blank')
  await again.goto(`/invite#${fresh}`)
  await see(again.getByRole('heading', { name: 'This link does not work' })).toBeVisible()
})

test('141 declined for good: whoever invited is told so when they try again', async () => {
  const { ada, grace, workspace, token } = await invited('Grace')
  const page = await visit(`/invite#${token}`)
  await page.getByRole('button', { name: 'Decline, and get no more invitations of Ada' }).click()
  await see(page.getByRole('heading', { name: 'Invitation declined' })).toBeVisible()
  const admin = await openAs(visit, ada, `/w/${workspace.handle}/members`)
  await admin.getByRole('button', { name: 'Invite', exact: true }).click()
  const dialog = admin.getByRole('dialog')
  await dialog.getByLabel('Email addresses').fill(grace.email)
  await dialog.getByRole('button', { name: 'Send invitation' }).click()
  await see(dialog.getByText('This person has asked not to be invited by you again.')).toBeVisible()
})

test('an expired link names who can send a new one', async () => {
  const { grace, token } = await invited('Grace')
  await node().owner`update invitations set expires_at = now() where email = ${grace.email}`
  const page = await visit(`/invite#${token}`)
  await see(page.getByRole('heading', { name: 'This invitation has expired' })).toBeVisible()
  await see(page.getByText('Ask Ada to send you a new link to Acme.')).toBeVisible()
})

/** Ada's workspace with seats, and a link in somebody's mailbox. */
async function invited(name: string) {
  const ada = await newUser(node())
  await ada.setAddonSeats(5)
  const workspace = await ada.createWorkspace('Acme')
  const grace = newPerson(node(), name)
  const { token, invitation } = await ada.inviteByMail(workspace.id, grace.email)
  return { ada, grace, workspace, token, invitation }
}
