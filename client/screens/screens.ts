import type { Route } from '../routes.ts'
import { Lazy } from '../state/lazy.svelte.ts'
import { workspacePages } from './workspace-pages.ts'

/** The screens that are more than a sentence, each a file of its own. */
export const screens = {
  workspace: new Lazy(() => import('./WorkspaceScreen.svelte')),
  account: new Lazy(() => import('./AccountScreen.svelte')),
  waiting: new Lazy(() => import('./WaitingScreen.svelte')),
  'sign-in': new Lazy(() => import('./SignInScreen.svelte')),
  'sign-up': new Lazy(() => import('./SignUpScreen.svelte')),
  invitation: new Lazy(() => import('./InvitationScreen.svelte')),
  forgot: new Lazy(() => import('./ForgotPasswordScreen.svelte')),
  reset: new Lazy(() => import('./ResetPasswordScreen.svelte')),
  verify: new Lazy(() => import('./VerifyEmailScreen.svelte')),
}

/** Starts to load what an address shows, beside whatever else it waits for. */
export function loadScreensOf(route: Route): void {
  if (route.screen === 'home' || route.screen === 'not-found') return
  void screens[route.screen].load()
  if (route.screen === 'workspace') void workspacePages[route.opened.agent ? 'agent' : route.page].load()
}

/** Everything else, in the order in which it is likely needed. */
export const screensForLater = [...Object.values(workspacePages), ...Object.values(screens)]
