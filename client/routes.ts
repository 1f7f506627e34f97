export const workspacePages = ['members', 'membership', 'plan', 'settings', 'agents'] as const
export type WorkspacePage = (typeof workspacePages)[number]

/** The pages of an agent. The first is at the agent's own address. */
export const agentTabs = ['configuration', 'knowledge', 'integrations', 'webhooks', 'api-keys'] as const
export type AgentTab = (typeof agentTabs)[number]

/** Where in an agent somebody is; with `webhookId` at one endpoint of the tab `webhooks`. */
export type AgentPlace = { id: string; tab: AgentTab; webhookId?: string }

export type Route =
  | { screen: 'home' }
  | { screen: 'sign-in' }
  | { screen: 'sign-up' }
  | { screen: 'invitation' }
  | { screen: 'waiting' }
  | { screen: 'workspace'; handle: string; page: WorkspacePage; agent?: AgentPlace }
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
  const [, ofAgent, below] = /^\/w\/([^/]+)\/agents\/([^/].*)$/.exec(path) ?? []
  if (ofAgent && below) {
    const agent = agentPlaceOf(below)
    return agent ? { screen: 'workspace', handle: ofAgent, page: 'agents', agent } : { screen: 'not-found' }
  }
  const [, handle, page = 'members'] = /^\/w\/([^/]+)(?:\/([^/]*))?\/?$/.exec(path) ?? []
  const known = workspacePages.find((one) => one === (page || 'members'))
  return handle && known ? { screen: 'workspace', handle, page: known } : { screen: 'not-found' }
}

/** `<agent>`, `<agent>/<tab>` or `<agent>/webhooks/<endpoint>`; null for anything else. */
function agentPlaceOf(below: string): AgentPlace | null {
  const [, id, named, webhookId] = /^([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?\/?$/.exec(below) ?? []
  const tab = named === undefined ? agentTabs[0] : agentTabs.slice(1).find((one) => one === named)
  if (!id || !tab || (webhookId && tab !== 'webhooks')) return null
  return webhookId ? { id, tab, webhookId } : { id, tab }
}

export function pathTo(handle: string, page: WorkspacePage = 'members'): string {
  return `/w/${handle}/${page}`
}

export function pathToAgent(handle: string, { id, tab, webhookId }: AgentPlace): string {
  const path = `/w/${handle}/agents/${id}`
  if (tab === agentTabs[0]) return path
  return webhookId ? `${path}/${tab}/${webhookId}` : `${path}/${tab}`
}

/** Whether a screen shows nothing to somebody who is not signed in. */
export function needsSession({ screen }: Route): boolean {
  return screen === 'home' || screen === 'waiting' || screen === 'workspace'
}
