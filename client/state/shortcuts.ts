import type { Action } from '#shared/policy.ts'
import type { WorkspacePage } from '../routes.ts'

type Shortcut = {
  /** Pressed one after the other; `mod` is ⌘ on a Mac, and Ctrl elsewhere. */
  keys: readonly string[]
  /** Only for those who may. */
  needs?: Action
}

/** Every shortcut there is: what the handler hears, the menu shows beside its lines, and the help lists. */
export const shortcuts = {
  menu: { keys: ['mod+k'] },
  members: { keys: ['g', 'm'] },
  membership: { keys: ['g', 'u'] },
  plan: { keys: ['g', 'p'], needs: 'billing.manage' },
  activity: { keys: ['g', 't'] },
  settings: { keys: ['g', 's'], needs: 'workspace.rename' },
  agents: { keys: ['g', 'a'] },
  'help-desk': { keys: ['g', 'h'] },
  invite: { keys: ['i'], needs: 'invitation.send' },
  search: { keys: ['/'] },
  next: { keys: ['j'] },
  previous: { keys: ['k'] },
  help: { keys: ['?'] },
} as const satisfies Readonly<Record<string, Shortcut>>
export type ShortcutName = keyof typeof shortcuts

export const shortcutGroups = [
  { name: 'anywhere', of: ['menu', 'search', 'invite', 'help'] },
  { name: 'go', of: ['members', 'membership', 'plan', 'activity', 'settings', 'agents', 'help-desk'] },
  { name: 'lists', of: ['next', 'previous'] },
] as const satisfies readonly { name: string; of: readonly ShortcutName[] }[]

/** What a press is called here: a letter as it is written, `mod+k`, or null for what no shortcut has. */
export function pressOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string | null {
  if (event.altKey || event.key.length !== 1) return null
  if (event.ctrlKey || event.metaKey) return `mod+${event.key.toLowerCase()}`
  return event.key
}

/** Whether what was pressed, the last key last, is a shortcut, may become one, or is nothing. */
export function heard(pressed: readonly string[]): ShortcutName | 'more' | null {
  for (const [name, { keys }] of Object.entries(shortcuts)) {
    if (!pressed.every((key, nth) => key === keys[nth])) continue
    return pressed.length === keys.length ? (name as ShortcutName) : 'more'
  }
  return null
}

/** By which a page is gone to; null: by none. */
export function shortcutTo(page: WorkspacePage): ShortcutName | null {
  return page in shortcuts ? page : null
}

export function needsOf(name: ShortcutName): Action | null {
  const { needs }: Shortcut = shortcuts[name]
  return needs ?? null
}

/** Whether it is pressed without a key beside it, and so can be switched off (WCAG 2.1.4). */
export function isSingle(name: ShortcutName): boolean {
  return !shortcuts[name].keys.some((key) => key.includes('+'))
}
