import type { Component } from 'svelte'

/** A component in a file of its own, loaded once somebody needs it or there is time for it. */
export class Lazy<Props extends Record<string, unknown>> {
  component = $state.raw<Component<Props, object, string> | null>(null)
  /** It could not be loaded: there is no connection, or the file was of a build that is no more. */
  failed = $state(false)
  private readonly read: () => Promise<{ default: Component<Props, object, string> }>
  private loading: Promise<void> | null = null

  constructor(read: () => Promise<{ default: Component<Props, object, string> }>) {
    this.read = read
  }

  /** Once, or again after it has failed. Never rejects. */
  load(): Promise<void> {
    this.loading ??= this.attempt()
    return this.loading
  }

  private async attempt(): Promise<void> {
    this.failed = false
    try {
      this.component = (await this.read()).default
    } catch {
      this.failed = true
      this.loading = null
    }
  }
}

/** Loads one after the other whenever the page has nothing else to do, so that going there waits for nothing. */
export async function loadWhenIdle(all: readonly { load: () => Promise<void> }[]): Promise<void> {
  for (const one of all) {
    await idle()
    await one.load()
  }
}

function idle(): Promise<void> {
  // Safari has no such moment of its own
  if (!('requestIdleCallback' in globalThis)) return new Promise((resolve) => setTimeout(resolve, 200))
  return new Promise((resolve) => requestIdleCallback(() => resolve(), { timeout: 5_000 }))
}
