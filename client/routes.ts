export const workspacePages = ['members', 'membership', 'plan', 'activity', 'settings', 'agents', 'help-desk'] as const
export type WorkspacePage = (typeof workspacePages)[number]

/** The pages of an agent. The first is at the agent's own address. */
export const agentTabs = ['configuration', 'knowledge', 'messenger', 'integrations', 'webhooks', 'api-keys'] as const
export type AgentTab = (typeof agentTabs)[number]

/** Where in an agent somebody is; with `webhookId` at one endpoint of the tab `webhooks`. */
export type AgentPlace = { id: string; tab: AgentTab; webhookId?: string }

/** A conversation, and the agent that it is with. */
export type ConversationPlace = { agentId: string; id: string }

/** What of a page is open: an agent, or a conversation. */
export type Opened = { agent?: AgentPlace; conversation?: ConversationPlace }

export type Route =
  | { screen: 'home' }
  | { screen: 'sign-in' }
  | { screen: 'sign-up' }
  | { screen: 'invitation' }
  | { screen: 'forgot' }
  | { screen: 'reset' }
  | { screen: 'verify' }
  | { screen: 'account' }
  | { screen: 'waiting' }
  | { screen: 'workspace'; handle: string; page: WorkspacePage; opened: Opened }
  | { screen: 'not-found' }

const screens: Readonly<Record<string, Route>> = {
  '/': { screen: 'home' },
  '/sign-in': { screen: 'sign-in' },
  '/sign-up': { screen: 'sign-up' },
  '/invite': { screen: 'invitation' },
  '/forgot': { screen: 'forgot' },
  '/reset': { screen: 'reset' },
  '/verify': { screen: 'verify' },
  '/account': { screen: 'account' },
  '/waiting': { screen: 'waiting' },
}

/** The screen that a path asks for. `/w/<handle>` alone is its members page. */
export function routeOf(path: string): Route {
  const fixed = screens[path === '/' ? path : path.replace(/\/$/, '')]
  if (fixed) return fixed
  const [, of, list, below] = /^\/w\/([^/]+)\/(agents|help-desk)\/([^/].*)$/.exec(path) ?? []
  if (of && below) {
    const opened = list === 'agents' ? agentIn(below) : conversationIn(below)
    const page = list as 'agents' | 'help-desk'
    return opened ? { screen: 'workspace', handle: of, page, opened } : { screen: 'not-found' }
  }
  const [, handle, page = 'members'] = /^\/w\/([^/]+)(?:\/([^/]*))?\/?$/.exec(path) ?? []
  const known = workspacePages.find((one) => one === (page || 'members'))
  return handle && known ? { screen: 'workspace', handle, page: known, opened: {} } : { screen: 'not-found' }
}

function agentIn(below: string): Opened | null {
  const agent = agentPlaceOf(below)
  return agent && { agent }
}

/** `<agent>/<conversation>`; null for anything else. */
function conversationIn(below: string): Opened | null {
  const [, agentId, id] = /^([^/]+)\/([^/]+)\/?$/.exec(below) ?? []
  return agentId && id ? { conversation: { agentId, id } } : null
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

export function pathToConversation(handle: string, { agentId, id }: ConversationPlace): string {
  return `/w/${handle}/help-desk/${agentId}/${id}`
}

/** The path of a page with what is open in it. */
export function pathToOpened(handle: string, page: WorkspacePage, { agent, conversation }: Opened): string {
  if (agent) return pathToAgent(handle, agent)
  return conversation ? pathToConversation(handle, conversation) : pathTo(handle, page)
}

/** Whether a screen shows nothing to somebody who is not signed in. */
export function needsSession({ screen }: Route): boolean {
  return screen === 'home' || screen === 'waiting' || screen === 'workspace' || screen === 'account'
}
