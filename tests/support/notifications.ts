import type { NotificationsAnswer, WhichNotifications } from '#shared/protocol/notifications.ts'
import type { Failure, Person } from './people.ts'

/** What somebody finds in their list, newest first. */
export async function notificationsOf(person: Person, query = ''): Promise<NotificationsAnswer> {
  return (await person.get<NotificationsAnswer>(`/api/notifications${query}`)).body
}

export function markRead(person: Person, which: WhichNotifications) {
  return person.post<Failure>('/api/notifications/read', which)
}

/** Kind and whom it is about, of the newest. */
export async function newest(person: Person, count = 1): Promise<string[]> {
  const { items } = await notificationsOf(person, `?limit=${count}`)
  return items.map(({ kind, about }) => `${kind} ${about.name ?? about.email ?? ''}`)
}

/** Reads all there is, so that what comes counts alone. */
export async function readAll(...people: Person[]): Promise<void> {
  for (const person of people) {
    const [last] = (await notificationsOf(person, '?limit=1')).items
    if (last) await markRead(person, { upTo: last.id })
  }
}
