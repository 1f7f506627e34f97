const entries = 'main [role=row]:not([aria-rowindex="1"]), main li'
const doors = 'a[href], button:not(:disabled)'

/** Takes the focus to the next entry of the page's list, or the one before: to what it is opened by. */
export function stepInList(by: 1 | -1): void {
  const all = [...document.querySelectorAll(entries)].flatMap((entry) => {
    const door = entry.querySelector<HTMLElement>(doors)
    return door?.checkVisibility() ? [{ entry, door }] : []
  })
  const now = all.findIndex(({ entry }) => entry.contains(document.activeElement))
  const next = now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by
  all[next]?.door.focus()
}

export function focusSearch(): void {
  document.querySelector<HTMLElement>('main input[type=search]')?.focus()
}
