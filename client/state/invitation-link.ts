const key = 'rollcall.invitation'

/** The token of the link that was opened, kept for reloads of this tab; it leaves the address bar at once. */
export function takeToken(): string | null {
  const token = location.hash.slice(1)
  if (token !== '') {
    sessionStorage.setItem(key, token)
    history.replaceState(null, '', location.pathname)
  }
  return sessionStorage.getItem(key)
}

/** The link has done what it can. */
export function forgetToken(): void {
  sessionStorage.removeItem(key)
}
