import { inLanguages } from './language.svelte.ts'

/** What shows where there is nothing else to show. */
export const anywhere = inLanguages({
  en: {
    nothingHere: 'There is nothing here',
    nothingHereWhy:
      'This page does not exist, or you are not a member of its workspace. The link may be old or mistyped.',
    toWorkspaces: 'Go to your workspaces',
    unreachable: 'Rollcall cannot be reached',
    unreachableWhy: 'Check your connection. Nothing of yours is lost.',
    tryAgain: 'Try again',
    notLoaded: 'This page could not be loaded',
    notLoadedWhy: 'Either the connection is lost, or Rollcall was updated since you opened it.',
    reload: 'Reload',
    /** Of what is loading. */
    thePage: 'the page',
  },
  de: {
    nothingHere: 'Hier ist nichts',
    nothingHereWhy:
      'Diese Seite gibt es nicht, oder du gehörst nicht zu ihrem Workspace. Vielleicht ist der Link alt oder verschrieben.',
    toWorkspaces: 'Zu deinen Workspaces',
    unreachable: 'Rollcall ist nicht erreichbar',
    unreachableWhy: 'Prüfe deine Verbindung. Nichts von dir ist verloren.',
    tryAgain: 'Noch einmal versuchen',
    notLoaded: 'Diese Seite konnte nicht geladen werden',
    notLoadedWhy: 'Entweder ist die Verbindung weg, oder Rollcall wurde aktualisiert, seit du es geöffnet hast.',
    reload: 'Neu laden',
    thePage: 'die Seite',
  },
})
