import { tick } from 'svelte'
import { routeOf, type Route } from '../routes.ts'
import { queryWith } from './query.ts'

let path = $state(location.pathname)
let search = $state(location.search)
const route = $derived(routeOf(path))
const query = $derived(new URLSearchParams(search))

/** Where the page is. */
export const place = {
  get path(): string {
    return path
  },
  /** From the `?` on, or empty. */
  get search(): string {
    return search
  },
  get query(): URLSearchParams {
    return query
  },
  get route(): Route {
    return route
  },
}

/** Goes to a path of ours, with a query or without. */
export function goTo(target: string, { replace = false } = {}): void {
  write()
  history[replace ? 'replaceState' : 'pushState'](null, '', target)
  arrive()
}

/**
 * Changes what the query of this page says; a name that gets nothing is taken out. Each change is a step that the back
 * button undoes, except those that replace, as letters do that are being typed.
 */
export function changeQuery(changes: Readonly<Record<string, string>>, { replace = false } = {}): void {
  const next = queryWith(search, changes)
  if (next === search) return
  if (!replace) return goTo(path + next)
  search = next
  writing ??= setTimeout(write, pause)
}

/** Browsers take about a hundred addresses in half a minute; who types is quicker. */
const pause = 400
let writing: ReturnType<typeof setTimeout> | undefined

/** Puts what was typed into the address. */
function write(): void {
  if (writing === undefined) return
  forget()
  history.replaceState(null, '', path + search)
}

function forget(): void {
  clearTimeout(writing)
  writing = undefined
}

/** Lets links change the screen instead of loading the page. Answers how to stop. */
export function followLinks(): () => void {
  const page = new AbortController()
  addEventListener('popstate', arrive, page)
  addEventListener('click', followLink, page)
  return () => page.abort()
}

function arrive(): void {
  forget()
  search = location.search
  if (path === location.pathname) return
  path = location.pathname
  scrollTo(0, 0)
  // who does not see the screen change hears it: the focus starts over at the new content
  void tick().then(() => document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true }))
}

function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
  if (link.getAttribute('href')?.startsWith('#')) return
  event.preventDefault()
  goTo(link.pathname + link.search)
}
