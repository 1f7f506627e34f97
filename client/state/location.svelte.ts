import { tick } from 'svelte'
import { routeOf, type Route } from '../routes.ts'

let path = $state(location.pathname)
const route = $derived(routeOf(path))

/** Where the page is. */
export const place = {
  get path(): string {
    return path
  },
  get route(): Route {
    return route
  },
}

export function goTo(target: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', target)
  arrive()
}

/** Lets links change the screen instead of loading the page. Answers how to stop. */
export function followLinks(): () => void {
  const page = new AbortController()
  addEventListener('popstate', arrive, page)
  addEventListener('click', followLink, page)
  return () => page.abort()
}

function arrive(): void {
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
  goTo(link.pathname)
}
