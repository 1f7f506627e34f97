import { heard, isSingle, pressOf, type ShortcutName } from './shortcuts.ts'
import { singleKeys } from './single-keys.svelte.ts'

/** How long the second key of a shortcut is waited for, in milliseconds. */
const patience = 1_500
const typedInto = 'input, textarea, select, [contenteditable]'
const above = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]'

/** Hears shortcuts anywhere on the page. Never while somebody types or something is open above it. Answers how to stop. */
export function hearKeys(perform: (name: ShortcutName) => void): () => void {
  const page = new AbortController()
  let pressed: string[] = []
  let since = 0

  function press(event: KeyboardEvent): void {
    const key = event.isComposing || event.defaultPrevented ? null : pressOf(event)
    if (key === null) return
    if (event.timeStamp - since > patience) pressed = []
    since = event.timeStamp
    // what began as one shortcut and went on as none may be the beginning of another
    const name = heard([...pressed, key]) ?? heard([key])
    pressed = name === 'more' ? [key] : []
    if (name === null || name === 'more' || !isHeardHere(name, event.target)) return
    event.preventDefault()
    perform(name)
  }

  addEventListener('keydown', press, page)
  return () => page.abort()
}

function isHeardHere(name: ShortcutName, target: EventTarget | null): boolean {
  if (document.querySelector(above)) return false
  if (!isSingle(name)) return true
  return singleKeys.on && !(target instanceof Element && target.closest(typedInto))
}
