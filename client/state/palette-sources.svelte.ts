import { may } from '#shared/policy.ts'
import type { JoinedWorkspace } from '#shared/state/snapshots.ts'
import { commands } from '../messages/commands.ts'
import { firstKnown, pageLanguages } from '../messages/known-languages.ts'
import { language } from '../messages/language.svelte.ts'
import { navigation } from '../messages/navigation.ts'
import { names } from '../messages/names.ts'
import { pathTo, pathToAgent, workspacePages } from '../routes.ts'
import { copied } from './clipboard.ts'
import { goTo } from './location.svelte.ts'
import type { PaletteItem, PaletteSource } from './palette.ts'
import type { Roster } from './roster.svelte.ts'
import type { Session } from './session.svelte.ts'
import { needsOf, shortcutTo, type ShortcutName } from './shortcuts.ts'
import { summons, type Summoned } from './summons.svelte.ts'
import { tell } from './tell-news.ts'

export type Command = PaletteItem & { shortcut?: ShortcutName }
type Here = { workspace: JoinedWorkspace; roster: Roster; session: Session }

/** What the command menu finds, of what this reader may see and do. */
export function sourcesFor(here: Here): PaletteSource<Command>[] {
  const words = commands()
  return [
    { name: words.pages, items: pagesOf(here) },
    { name: words.actions, items: actionsOf(here) },
    { name: words.workspaces, items: workspacesOf(here) },
    { name: words.agents, items: agentsOf(here) },
    { name: words.people, items: peopleOf(here), onlyFound: true },
  ]
}

function pagesOf({ workspace }: Here): Command[] {
  const words = navigation()
  const own = workspacePages.flatMap((page) => {
    const shortcut = shortcutTo(page)
    const needs = shortcut && needsOf(shortcut)
    if (needs && !may(workspace.role, needs)) return []
    const title = page === 'help-desk' ? words.helpDesk : words[page]
    return [
      { id: `page ${page}`, title, ...(shortcut && { shortcut }), act: () => goTo(pathTo(workspace.handle, page)) },
    ]
  })
  return [...own, { id: 'account', title: commands().account, act: () => goTo('/account') }]
}

function actionsOf({ workspace, session }: Here): Command[] {
  const words = commands()
  const opening = (what: Summoned, title: string, shortcut?: ShortcutName): Command => ({
    id: what,
    title,
    ...(shortcut && { shortcut }),
    act: () => summons.call(what),
  })
  const others = Object.entries(pageLanguages).filter(([code]) => code !== language.code)
  return [
    ...(may(workspace.role, 'invitation.send') ? [opening('invite', words.shortcuts.invite, 'invite')] : []),
    ...(may(workspace.role, 'agent.manage') ? [opening('agent', words.createAgent)] : []),
    opening('workspace', words.createWorkspace),
    { id: 'copy', title: words.copyLink, act: () => void copyLink(workspace) },
    opening('help', words.shortcuts.help, 'help'),
    ...others.map(([code, name]) => ({
      id: `language ${code}`,
      title: words.languageTo(name),
      act: () => language.choose(firstKnown([code])),
    })),
    { id: 'sign-out', title: words.signOut, act: () => void signOut(session) },
  ]
}

function workspacesOf({ workspace, session }: Here): Command[] {
  return session.workspaces
    .filter(({ id }) => id !== workspace.id)
    .map(({ id, name, handle, role }) => ({
      id,
      title: name,
      detail: names().roles[role],
      also: handle,
      act: () => goTo(pathTo(handle)),
    }))
}

function agentsOf({ workspace, roster }: Here): Command[] {
  return (roster.state?.agents ?? []).map(({ id, name }) => ({
    id,
    title: name,
    act: () => goTo(pathToAgent(workspace.handle, { id, tab: 'configuration' })),
  }))
}

function peopleOf({ workspace, roster }: Here): Command[] {
  return roster.members.map(({ id, displayName, email }) => ({
    id,
    title: displayName,
    detail: email,
    act: () => goTo(`${pathTo(workspace.handle)}?${new URLSearchParams({ q: email })}`),
  }))
}

async function copyLink({ handle }: JoinedWorkspace): Promise<void> {
  const words = commands()
  const done = await copied(location.origin + pathTo(handle))
  tell(done ? { text: words.copied, tone: 'good' } : { text: words.notCopied, tone: 'warning' })
}

function signOut(session: Session): Promise<void> {
  return session
    .signOut()
    .catch((error: unknown) => tell({ text: error instanceof Error ? error.message : '', tone: 'warning' }))
}
