/** What a link is for that comes by email with its secret behind the `#`. */
export type LinkKind = 'invitation' | 'reset' | 'verify'

/** The token of the link that was opened, kept for reloads of this tab; it leaves the address bar at once. */
export function takeToken(kind: LinkKind): string | null {
  const token = location.hash.slice(1)
  if (token !== '') {
    sessionStorage.setItem(keyOf(kind), token)
    history.replaceState(null, '', location.pathname)
  }
  return sessionStorage.getItem(keyOf(kind))
}

/** The link has done what it can. */
export function forgetToken(kind: LinkKind): void {
  sessionStorage.removeItem(keyOf(kind))
}

function keyOf(kind: LinkKind): string {
  return `rollcall.${kind}`
}
