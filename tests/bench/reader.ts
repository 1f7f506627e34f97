import type { CDPSession, Page } from '@playwright/test'
import { quantile } from './load.ts'

/** Milliseconds from what somebody did to the picture that shows it, one for each press of a key or a button. */
export type Felt = number[]

/** The browser tells of what took two frames and more; the others took about one. */
const least = 16

/** Somebody who reads a page, at the speed of a hand, and who notes how long each of their doings took to show. */
export function readerOf(page: Page) {
  let done = 0

  async function pause(): Promise<void> {
    await page.waitForTimeout(120)
  }

  return {
    page,
    async press(key: string): Promise<void> {
      done += 1
      await page.keyboard.press(key)
      await pause()
    },
    async click(name: string | RegExp, role: 'button' | 'checkbox' = 'button'): Promise<void> {
      done += 1
      await page.getByRole(role, { name }).first().click()
      await pause()
    },
    /** Turns the wheel. It is no interaction that browsers time: it is there to have been done. */
    async scroll(by: number): Promise<void> {
      await page.mouse.move(640, 500)
      for (let turned = 0; turned < 12; turned += 1) {
        await page.mouse.wheel(0, by)
        await page.waitForTimeout(30)
      }
    },
    /** What was felt since the last time. */
    async felt(): Promise<Felt> {
      // entries come when the browser has time
      await page.waitForTimeout(500)
      const slow = await page.evaluate(takeFelt)
      const felt = [...slow, ...Array<number>(Math.max(0, done - slow.length)).fill(least)]
      done = 0
      return felt
    },
  }
}

export type Reader = ReturnType<typeof readerOf>

export function feltIn(felt: Felt): { p50: number; p95: number; worst: number } {
  return { p50: quantile(felt, 0.5), p95: quantile(felt, 0.95), worst: Math.max(...felt) }
}

/** So many times slower than this machine is. */
export async function slowDown(page: Page, rate: number): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate })
  return session
}

type Noting = { felt: Map<number, number>; seen: number }

function takeFelt(): number[] {
  const { felt } = (globalThis as unknown as { rollcallBench: Noting }).rollcallBench
  const taken = [...felt.values()]
  felt.clear()
  return taken
}

export const rowOfPanel = '[role=rowgroup] + [role=rowgroup] [role=row]'

/** Runs in the page before anything else: keeps the longest of each interaction's events, and when the first row was painted. */
export function noteInPage(row: string): void {
  const kept = { felt: new Map<number, number>(), seen: 0 }
  ;(globalThis as unknown as { rollcallBench: typeof kept }).rollcallBench = kept
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEventTiming & { interactionId: number })[]) {
      if (entry.interactionId === 0) continue
      kept.felt.set(entry.interactionId, Math.max(kept.felt.get(entry.interactionId) ?? 0, entry.duration))
    }
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
  const looking = new MutationObserver(() => {
    if (!document.querySelector(row)) return
    looking.disconnect()
    requestAnimationFrame(() => setTimeout(() => (kept.seen = performance.now())))
  })
  looking.observe(document, { childList: true, subtree: true })
}

/** When the page's first row was painted, in milliseconds from the click that led to it. */
export async function firstRowOf(page: Page): Promise<number> {
  await page.waitForFunction(() => (globalThis as unknown as { rollcallBench: Noting }).rollcallBench.seen > 0)
  return page.evaluate(() => (globalThis as unknown as { rollcallBench: Noting }).rollcallBench.seen)
}
