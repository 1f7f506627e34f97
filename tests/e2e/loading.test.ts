import { expect, test } from 'vitest'
import { see, useBrowser } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { goToPage, live, signInAt } from '../support/panel.ts'
import { newUser } from '../support/people.ts'

const node = useNode()
const browser = useBrowser(node)

test('a screen that cannot be loaded says so, and is there after a reload', async () => {
  const ada = await newUser(node())
  const page = await browser.visit('/sign-in')
  // as after an update of the server: the files of the build that the page is of are gone
  await page.route('**/assets/SettingsScreen-*.js', (route) => route.abort())
  await signInAt(page, ada)
  await live(page)
  await goToPage(page, 'Settings')
  await see(page.getByRole('heading', { name: 'This page could not be loaded' })).toBeVisible()
  await page.unroute('**/assets/SettingsScreen-*.js')
  await page.getByRole('button', { name: 'Reload' }).click()
  await see(page.getByRole('heading', { name: 'Settings', exact: true, level: 1 })).toBeVisible()
})

test('a page that had time goes to its other screens without a connection', async () => {
  const ada = await newUser(node())
  const page = await browser.visit('/sign-in')
  await signInAt(page, ada)
  await live(page)
  // the last one that is loaded ahead
  await expect
    .poll(() =>
      page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map(({ name }) => name)
          .join(),
      ),
    )
    .toContain('/assets/VerifyEmailScreen-')
  await page.context().setOffline(true)
  await goToPage(page, 'Settings')
  await see(page.getByRole('heading', { name: 'Settings', exact: true, level: 1 })).toBeVisible()
})
