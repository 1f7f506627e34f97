const key = 'rollcall:single-keys'

let on = $state(kept() !== 'off')

/** Whether shortcuts of a single key are heard: who speaks to their machine, or slips, can switch them off. */
export const singleKeys = {
  get on(): boolean {
    return on
  },
  switch(now: boolean): void {
    on = now
    try {
      localStorage.setItem(key, now ? 'on' : 'off')
    } catch {
      // it holds until the page is left
    }
  },
}

function kept(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
