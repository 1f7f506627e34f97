import { Lazy } from '../state/lazy.svelte.ts'

/** What opens over a page, and menus, which are dear: the page is there before them. */
export const overlays = {
  rowMenu: new Lazy(() => import('./OpenedRowMenu.svelte')),
  roleMenu: new Lazy(() => import('./RoleMenuContent.svelte')),
  actionMenu: new Lazy(() => import('./ActionMenuContent.svelte')),
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
