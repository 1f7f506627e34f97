import { figure, inLanguages } from './language.svelte.ts'

const people = (count: number) => (count === 1 ? '1 member' : `${figure(count)} members`)
const invitations = (count: number) => (count === 1 ? '1 invitation' : `${figure(count)} invitations`)
const mitglieder = (count: number) => (count === 1 ? '1 Mitglied' : `${figure(count)} Mitglieder`)
const einladungen = (count: number) => (count === 1 ? '1 Einladung' : `${figure(count)} Einladungen`)

/** Doing the same with many rows of the members panel. */
export const bulk = inLanguages({
  en: {
    bar: 'Selected rows',
    selected: (count: number) => `${figure(count)} selected`,
    hidden: (count: number) => `${figure(count)} hidden by your filters`,
    cleared: 'Nothing selected',
    clear: 'Clear selection',
    nothing: 'Nothing can be done with all of these at once',
    role: 'Change role',
    resend: 'Resend',
    cancel: 'Cancel',
    remove: 'Remove',
    both: (members: number, invited: number) =>
      [members && people(members), invited && invitations(invited)].filter(Boolean).join(' and '),
    ask: {
      role: (what: string, role: string) => `Change the role of ${what} to ${role}?`,
      resend: (what: string) => `Resend ${what}?`,
      cancel: (what: string) => `Cancel ${what}?`,
      remove: (what: string) => `Remove ${what}?`,
    },
    askText: {
      role: 'It changes at once, on every open page. You can change it back.',
      resend: 'Each gets an email with a fresh link for 7 days. The old links are dead.',
      cancel: 'The links in their emails stop working. Seats that they hold go to whoever is next in the line.',
      remove: 'They lose access at once, on every device. Coming back takes a new invitation.',
    },
    yes: {
      role: 'Change roles',
      resend: 'Resend invitations',
      cancel: 'Cancel invitations',
      remove: 'Remove members',
    },
    back: 'Go back',
    running: (done: number, all: number) => `${figure(done)} of ${figure(all)}`,
    underWay: { role: 'Changing roles', resend: 'Resending', cancel: 'Cancelling', remove: 'Removing' },
    stop: 'Stop',
    over: {
      role: (count: number) => `${figure(count)} changed`,
      resend: (count: number) => `${figure(count)} resent`,
      cancel: (count: number) => `${figure(count)} cancelled`,
      remove: (count: number) => `${figure(count)} removed`,
    },
    refused: (count: number) => `${figure(count)} refused`,
    left: (count: number) => `${figure(count)} left as they were`,
    fine: 'Done',
    results: 'Results',
    close: 'Close',
  },
  de: {
    bar: 'Ausgewählte Zeilen',
    selected: (count: number) => `${figure(count)} ausgewählt`,
    hidden: (count: number) => `${figure(count)} durch Filter verborgen`,
    cleared: 'Nichts ausgewählt',
    clear: 'Auswahl aufheben',
    nothing: 'Mit allen zusammen lässt sich nichts tun',
    role: 'Rolle ändern',
    resend: 'Erneut senden',
    cancel: 'Zurückziehen',
    remove: 'Entfernen',
    both: (members: number, invited: number) =>
      [members && mitglieder(members), invited && einladungen(invited)].filter(Boolean).join(' und '),
    ask: {
      role: (what: string, role: string) => `${what} zu ${role} machen?`,
      resend: (what: string) => `${what} erneut senden?`,
      cancel: (what: string) => `${what} zurückziehen?`,
      remove: (what: string) => `${what} entfernen?`,
    },
    askText: {
      role: 'Das gilt sofort und auf jeder offenen Seite. Du kannst es wieder ändern.',
      resend: 'Alle bekommen eine E-Mail mit einem neuen Link für 7 Tage. Die alten Links gelten nicht mehr.',
      cancel: 'Die Links in den E-Mails gelten dann nicht mehr. Plätze, die sie belegen, gehen an die nächsten.',
      remove: 'Sie verlieren sofort den Zugang, auf jedem Gerät. Zurück geht es nur mit einer neuen Einladung.',
    },
    yes: {
      role: 'Rollen ändern',
      resend: 'Einladungen erneut senden',
      cancel: 'Einladungen zurückziehen',
      remove: 'Mitglieder entfernen',
    },
    back: 'Zurück',
    running: (done: number, all: number) => `${figure(done)} von ${figure(all)}`,
    underWay: {
      role: 'Rollen werden geändert',
      resend: 'Wird gesendet',
      cancel: 'Wird zurückgezogen',
      remove: 'Wird entfernt',
    },
    stop: 'Anhalten',
    over: {
      role: (count: number) => `${figure(count)} geändert`,
      resend: (count: number) => `${figure(count)} erneut gesendet`,
      cancel: (count: number) => `${figure(count)} zurückgezogen`,
      remove: (count: number) => `${figure(count)} entfernt`,
    },
    refused: (count: number) => `${figure(count)} abgelehnt`,
    left: (count: number) => `${figure(count)} unverändert`,
    fine: 'Erledigt',
    results: 'Ergebnis',
    close: 'Schließen',
  },
})
