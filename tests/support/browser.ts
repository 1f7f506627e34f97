import { AxeBuilder } from '@axe-core/playwright'
import { chromium, expect as look, type Browser, type BrowserContextOptions, type Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { findProgram } from './find-program.ts'
import type { TestNode } from './node.ts'

const chromiums: Parameters<typeof findProgram>[0] = {
  setting: 'CHROMIUM_PATH',
  names: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
  debianPackage: 'chromium-headless-shell',
}

/** Looks at a page until it is as expected, for at most 15 s. */
export const see = look.configure({ timeout: 15_000 })

/** `session`: the cookie of somebody who is signed in already. */
export type VisitOptions = BrowserContextOptions & { session?: string }

/** One Chromium for a test file. Each visit is a browser of somebody's own; an unexpected error in any console fails. */
export function useBrowser(node: () => TestNode) {
  let browser: Browser | undefined
  const errors: string[] = []
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close()
    expect(errors.splice(0)).toEqual([])
  })
  afterAll(() => browser?.close())

  return {
    async visit(address: string, { session, ...options }: VisitOptions = {}): Promise<Page> {
      if (!browser) throw new Error('The browser starts before the first test.')
      const { url } = node()
      const context = await browser.newContext({ baseURL: url, reducedMotion: 'reduce', ...options })
      const [name, value] = session?.split('=') ?? []
      if (name && value) await context.addCookies([{ url, name, value }])
      const page = await context.newPage()
      page.setDefaultTimeout(15_000)
      page.on('console', (message) => {
        if (message.type() === 'error' && !isRefusal(message.text())) errors.push(message.text())
      })
      page.on('pageerror', (error) => errors.push(String(error)))
      await page.goto(address)
      return page
    },
  }
}

/** `more`: switches of the command line. */
export async function launchChromium(more: string[] = []): Promise<Browser> {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const quiet = ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  return chromium.launch({
    executablePath: findProgram(chromiums),
    args: [...asRoot, ...quiet, '--no-first-run', ...more],
  })
}

/** What axe finds wrong with what stands on the page once nothing moves any more: rule and element. */
export async function violationsOf(page: Page, { except = [] }: { except?: string[] } = {}): Promise<string[]> {
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
    return Promise.allSettled(ending.map((one) => one.finished))
  })
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().disableRules(except).analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map((element) => `${id}: ${element.html}`))
}

/** Nothing is wider than the window, once what measures itself has been drawn anew for it. */
export async function expectToFit(page: Page, message = page.url()): Promise<void> {
  const beyond = () => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth))
  await expect.poll(beyond, { message }).toBe(0)
}

/** Chromium reports each refused request by itself; what the page makes of it is what the tests look at. */
function isRefusal(text: string): boolean {
  const refused = /Failed to load resource.*( 4\d\d|net::ERR_FAILED|ERR_INTERNET_DISCONNECTED)|blocked by CORS policy/
  return (
    refused.test(text) ||
    /WebSocket connection .*(401|403|Authentication failed|closed before|ERR_INTERNET_DISCONNECTED)/.test(text)
  )
}
