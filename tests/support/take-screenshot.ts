import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fillDemo } from '#server/demo.ts'
import { readConfig } from '#server/config.ts'
import { startNode } from '#server/node.ts'
import { launchChromium } from '#tests/support/browser.ts'

/** Takes the README's picture of the running program, filled with its sample team: `npm run screenshot`. */
const dataDir = await mkdtemp(path.join(tmpdir(), 'rollcall-screenshot-'))
const node = await startNode({ ...readConfig({ DATA_DIR: dataDir, HOST: '127.0.0.1', LOG_LEVEL: 'error' }), port: 0 })
const browser = await launchChromium()
try {
  const password = /ada@example.com\s+(.+)/.exec(await fillDemo(node))?.[1] ?? ''
  const page = await browser.newPage({
    baseURL: node.url,
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 1.5,
  })
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill('ada@example.com')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/members')
  await page.goto('/w/acme-dusseldorf/members')
  await page.locator('[data-connection=live]').waitFor()
  await page.getByRole('row').filter({ hasText: 'Waiting for a seat' }).first().waitFor()
  await page.screenshot({ path: 'docs/members.png' })
} finally {
  await browser.close()
  await node.stop()
  await rm(dataDir, { recursive: true, force: true })
}
