/** What opens over any page of a workspace. */
export type Summoned = 'menu' | 'help' | 'invite' | 'agent' | 'workspace'

let open = $state<Summoned | null>(null)

/** What is open over the page, called from wherever: one at a time. */
export const summons = {
  get open(): Summoned | null {
    return open
  },
  call(what: Summoned): void {
    open = what
  },
  dismiss(): void {
    open = null
  },
}
