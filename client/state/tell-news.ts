import { news as words } from '../messages/news.ts'
import { pathTo } from '../routes.ts'
import { goTo, place } from './location.svelte.ts'
import { newsOfPerson, type News } from './news.ts'
import type { Session } from './session.svelte.ts'

type Action = { label: string; onClick: () => void }

type More = { action?: Action; id?: string }

/** Shows a piece of news in the corner of the page, in the place of what was there with the same `id`. */
export function tell(news: News, more: More = {}): void {
  // what shows it comes behind the page; without it the page itself says what is
  show(news, more).catch(() => undefined)
}

async function show({ text, tone }: News, more: More): Promise<void> {
  const { toast } = await import('svelte-sonner')
  if (tone === 'good') toast.success(text, more)
  else if (tone === 'warning') toast.warning(text, more)
  else toast(text, more)
}

/** Tells what happens to the person, wherever they look. Answers how to stop. */
export function tellNews(session: Session): () => void {
  return session.listen((event, before) => {
    const news = newsOfPerson(event, before, openWorkspace(session))
    if (!news) return
    if (event.type !== 'workspace.added') return tell(news)
    const { handle } = event.data.workspace
    // who waits for this is taken there anyway
    const comesAnyway = place.route.screen === 'waiting' || place.route.screen === 'invitation'
    tell(news, comesAnyway ? {} : { action: { label: words().open, onClick: () => goTo(pathTo(handle)) } })
  })
}

function openWorkspace(session: Session): string | null {
  const { route } = place
  if (route.screen !== 'workspace') return null
  return session.workspaces.find(({ handle }) => handle === route.handle)?.id ?? null
}
