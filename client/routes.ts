export const workspacePages = ['members', 'membership', 'plan', 'settings', 'agents'] as const
export type WorkspacePage = (typeof workspacePages)[number]

export type Route =
  | { screen: 'home' }
  | { screen: 'sign-in' }
  | { screen: 'sign-up' }
  | { screen: 'invitation' }
  | { screen: 'waiting' }
  | { screen: 'workspace'; handle: string; page: WorkspacePage; agentId?: string }
  | { screen: 'not-found' }

const screens: Readonly<Record<string, Route>> = {
  '/': { screen: 'home' },
  '/sign-in': { screen: 'sign-in' },
  '/sign-up': { screen: 'sign-up' },
  '/invite': { screen: 'invitation' },
  '/waiting': { screen: 'waiting' },
}

/** The screen that a path asks for. `/w/<handle>` alone is its members page. */
export function routeOf(path: string): Route {
  const fixed = screens[path === '/' ? path : path.replace(/\/$/, '')]
  if (fixed) return fixed
  const [, ofAgent, agentId] = /^\/w\/([^/]+)\/agents\/([^/]+)\/?$/.exec(path) ?? []
  if (ofAgent && agentId) return { screen: 'workspace', handle: ofAgent, page: 'agents', agentId }
  const [, handle, page = 'members'] = /^\/w\/([^/]+)(?:\/([^/]*))?\/?$/.exec(path) ?? []
  const known = workspacePages.find((one) => one === (page || 'members'))
  return handle && known ? { screen: 'workspace', handle, page: known } : { screen: 'not-found' }
}

export function pathTo(handle: string, page: WorkspacePage = 'members'): string {
  return `/w/${handle}/${page}`
}

export function pathToAgent(handle: string, agentId: string): string {
  return `/w/${handle}/agents/${agentId}`
}

/** Whether a screen shows nothing to somebody who is not signed in. */
export function needsSession({ screen }: Route): boolean {
  return screen === 'home' || screen === 'waiting' || screen === 'workspace'
}
