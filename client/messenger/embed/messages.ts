/** What the Messenger's page says to the page around it. */
export type FromMessenger = { rollcall: 'close' } | { rollcall: 'unread'; count: number }

/** What the page around it says to the Messenger's page: whether it is seen. */
export type ToMessenger = { rollcall: 'opened' } | { rollcall: 'closed' }

/** What another page said, if it is for us; anything can come. */
export function messageIn(data: unknown): FromMessenger | null {
  const { rollcall, count } = Object(data) as Record<string, unknown>
  if (rollcall === 'close') return { rollcall }
  if (rollcall !== 'unread' || typeof count !== 'number' || !(count >= 0)) return null
  return { rollcall, count: Math.floor(count) }
}
