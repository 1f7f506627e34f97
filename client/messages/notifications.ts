import { figure, inLanguages } from './language.svelte.ts'

/** The list of what one was notified of. */
export const notifications = inLanguages({
  en: {
    title: 'Notifications',
    unread: (count: number) => (count === 1 ? 'One unread notification' : `${figure(count)} unread notifications`),
    isUnread: 'Unread',
    readAll: 'Mark all as read',
    allRead: 'All notifications are read.',
    loading: 'notifications',
    none: 'You are all caught up',
    noneWhy: 'Invitations that are answered or expire, people who wait for a seat and members who leave show here.',
    older: 'Show older',
  },
  de: {
    title: 'Mitteilungen',
    unread: (count) => (count === 1 ? 'Eine ungelesene Mitteilung' : `${figure(count)} ungelesene Mitteilungen`),
    isUnread: 'Ungelesen',
    readAll: 'Alle als gelesen markieren',
    allRead: 'Alle Mitteilungen sind gelesen.',
    loading: 'die Mitteilungen',
    none: 'Alles gelesen',
    noneWhy:
      'Hier erscheint, wenn Einladungen beantwortet werden oder ablaufen, jemand auf einen Platz wartet oder ein Mitglied geht.',
    older: 'Ältere anzeigen',
  },
})
