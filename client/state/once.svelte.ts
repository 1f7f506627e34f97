/** Waits until what is computed from the page's state is so: by its changes, never by time. */
export function once(isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = $effect.root(() => {
      $effect(() => {
        if (!isSo()) return
        resolve()
        queueMicrotask(() => stop())
      })
    })
  })
}
