type Moments = {
  /** It is looked at again, or the network is there again. */
  back: () => void
  lost: () => void
}

/** What a page notices by itself, sooner than its connection does. Where there is no page nothing is noticed. */
export function watchPage({ back, lost }: Moments, until: AbortController): void {
  if (typeof document === 'undefined') return
  addEventListener('online', back, until)
  addEventListener('offline', lost, until)
  document.addEventListener('visibilitychange', () => document.hidden || back(), until)
}

export function isOffline(): boolean {
  // Node has a navigator that knows nothing of it
  return typeof navigator !== 'undefined' && navigator.onLine === false
}
