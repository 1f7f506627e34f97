import { Lazy } from '../state/lazy.svelte.ts'

/** What opens over a page: the page is there before it. */
export const overlays = {
  switcher: new Lazy(() => import('./WorkspaceSwitcher.svelte')),
  userMenu: new Lazy(() => import('./UserMenu.svelte')),
  navigation: new Lazy(() => import('./NavigationSheet.svelte')),
  bell: new Lazy(() => import('./notifications/NotificationBell.svelte')),
  bulk: new Lazy(() => import('./BulkActions.svelte')),
  invite: new Lazy(() => import('./InviteDialog.svelte')),
  confirm: new Lazy(() => import('./Confirm.svelte')),
  createWorkspace: new Lazy(() => import('./CreateWorkspace.svelte')),
  toaster: new Lazy(() => import('./Toasts.svelte')),
}
