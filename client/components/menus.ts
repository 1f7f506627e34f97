import { Lazy } from '../state/lazy.svelte.ts'

/** What a menu of a row is made of, which is dear: the row is there before it. */
export const menus = {
  rowMenu: new Lazy(() => import('./OpenedRowMenu.svelte')),
  roleMenu: new Lazy(() => import('./RoleMenuContent.svelte')),
  actionMenu: new Lazy(() => import('./ActionMenuContent.svelte')),
}
