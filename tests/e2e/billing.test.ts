import { expect, test } from 'vitest'
import { see, useBrowser, violationsOf } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { live, signInAt } from '../support/panel.ts'
import { tell } from '../support/payers.ts'
import { newUser } from '../support/people.ts'
import { eventOf } from '../support/stripe-objects.ts'
import { useStripeServer } from '../support/stripe-server.ts'

const stripe = useStripeServer()
const node = useNode(async () => ({ stripe: stripe().settings }))
const manual = useNode()
const { visit } = useBrowser(node)

test('an owner buys on Stripe’s page, and the plan, a failed payment and an announced end show live', async () => {
  const ada = await newUser(node())
  const workspace = await ada.createWorkspace('Acme')
  const page = await visit('/sign-in')
  await page.route(/^https:\/\/(checkout|billing)\.stripe\.com\//, (route) => route.fulfill({ contentType: 'text/html', body: '<title>Stripe</title><h1>Pay</h1>' }))
  await signInAt(page, ada)
  await page.waitForURL('**/members')
  await page.goto(`/w/${workspace.handle}/plan`)
  await live(page)
  await see(page.getByRole('button', { name: 'Manage billing' })).toHaveCount(0)
  await page.getByLabel('Plan', { exact: true }).selectOption({ label: 'Standard AI, 3 seats included' })
  await page.getByRole('button', { name: 'One seat more' }).click()
  await see(page.getByText('3 included + 1 add-on = 4 seats')).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Change plan' }).click()
  await see(page.getByRole('heading', { name: 'Pay' })).toBeVisible()
  const bought = stripe().pay(page.url())

  await page.goto(stripe().asked.at(-1)?.params['success_url'] ?? '')
  await live(page)
  const say = (type: string) => tell(node(), eventOf(type, bought))
  await say('customer.subscription.created')
  await see(page.getByText('Standard AI with 3 included and 1 add-on seat')).toBeVisible()
  await see(page.getByRole('button', { name: 'Change plan' })).toHaveCount(0)
  stripe().change(bought.id, { status: 'past_due' })
  await say('customer.subscription.updated')
  await see(page.getByText(/^Payment failed\. Your plan and seats stay as they are until /)).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
  stripe().change(bought.id, { status: 'active', cancel_at: Math.floor(Date.now() / 1_000) + 30 * 86_400 })
  await say('customer.subscription.updated')
  await see(page.getByText(/^Your subscription ends on /)).toBeVisible()
  await see(page.getByText(/^Payment failed/)).toHaveCount(0)
  await page.getByRole('button', { name: 'Manage billing' }).click()
  await page.waitForURL('https://billing.stripe.com/**')
}) // prettier-ignore

test('where nothing is sold the owner sets plan and seats, at once', async () => {
  const ada = await newUser(manual())
  const workspace = await ada.createWorkspace('Acme')
  const page = await visit(`${manual().url}/sign-in`)
  await signInAt(page, ada)
  await page.waitForURL('**/members')
  await page.goto(`${manual().url}/w/${workspace.handle}/plan`)
  await live(page)
  await page.getByRole('button', { name: 'Choose Pro AI' }).click()
  await see(page.getByText('0 of 5')).toBeVisible()
  await page.getByRole('button', { name: 'One seat more' }).click()
  await see(page.getByText('5 included + 1 add-on = 6 seats')).toBeVisible()
  await page.getByRole('button', { name: 'Save seats' }).click()
  await see(page.getByText('0 of 6')).toBeVisible()
  await see(page.getByRole('button', { name: 'Manage billing' })).toHaveCount(0)
  expect((await ada.me()).account).toMatchObject({ plan: 'pro_ai', addonSeats: 1 })
})
