import type { Messenger, MessengerChange } from '#shared/protocol/agents/messenger.ts'

/** What is being edited of a Messenger; `sites` as typed, one address a line. */
export type MessengerDraft = Partial<Omit<Messenger, 'origins'> & { sites: string }>

/** The addresses of a text that has one a line. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}

/** What a draft changes: fields that are again as they were saved are in none. */
export function changesIn({ sites, ...draft }: MessengerDraft, saved: Messenger): MessengerChange {
  const change: MessengerChange = {}
  if (draft.on !== undefined && draft.on !== saved.on) change.on = draft.on
  if (draft.colour !== undefined && draft.colour !== saved.colour) change.colour = draft.colour
  if (draft.side !== undefined && draft.side !== saved.side) change.side = draft.side
  const origins = sites === undefined ? saved.origins : linesOf(sites)
  if (origins.join('\n') !== saved.origins.join('\n')) change.origins = origins
  return change
}

/** What is wrong with the sites that were sent, naming those that it is about. */
export function siteProblems(errors: Readonly<Record<string, string>>, sent: readonly string[]): string | undefined {
  const about = new Map<string, string[]>()
  for (const [index, line] of sent.entries()) {
    const message = errors[`messenger.origins.${index}`]
    if (message) about.set(message, [...(about.get(message) ?? []), line])
  }
  const named = [...about].map(([message, lines]) => `${lines.join(', ')}: ${message}`)
  return named.length > 0 ? named.join(' ') : errors['messenger.origins']
}

/** The page that an agent's Messenger has of its own. */
export function hostedPage(origin: string, agentId: string): string {
  return `${origin}/m/${agentId}`
}

/** What a page of another site shows the Messenger by. */
export function embedSnippet(origin: string, agentId: string): string {
  return `<script src="${origin}/messenger.js" data-agent="${agentId}" async></script>`
}
