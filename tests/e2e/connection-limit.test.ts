import { test } from 'vitest'
import { see, useBrowser } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { live, signInAt } from '../support/panel.ts'
import { newUser } from '../support/people.ts'

/** Two connections for each session. */
const node = useNode({ logLevel: 'silent' }, 0.1)
const { visit } = useBrowser(node)

test('112 a page beyond the limit shows what there is and says that it is not live; it is as soon as another is closed', async () => {
  const ada = await newUser(node())
  const first = await visit('/sign-in')
  await signInAt(first, ada)
  await first.waitForURL('**/members')
  const [second, third] = [await first.context().newPage(), await first.context().newPage()]
  await second.goto(first.url())
  await live(first, second)
  await third.goto(first.url())
  await see(third.getByRole('row').filter({ hasText: ada.email })).toBeVisible()
  await see(third.getByText('Connecting…').first()).toBeVisible()
  await see(third.locator('[data-connection=live]')).toHaveCount(0)
  await second.close()
  await live(third)
})
