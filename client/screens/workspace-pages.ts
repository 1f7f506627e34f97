import { Lazy } from '../state/lazy.svelte.ts'

/** Each is a file of its own, so that a page loads what it shows and no more. In the order in which it is likely needed. */
export const workspacePages = {
  members: new Lazy(() => import('./MembersScreen.svelte')),
  membership: new Lazy(() => import('./MembershipScreen.svelte')),
  plan: new Lazy(() => import('./PlanScreen.svelte')),
  activity: new Lazy(() => import('./ActivityScreen.svelte')),
  agents: new Lazy(() => import('./AgentsScreen.svelte')),
  agent: new Lazy(() => import('./AgentScreen.svelte')),
  'help-desk': new Lazy(() => import('./HelpDeskScreen.svelte')),
  settings: new Lazy(() => import('./SettingsScreen.svelte')),
}
