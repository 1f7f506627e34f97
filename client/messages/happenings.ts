import { figure, inLanguages } from './language.svelte.ts'

/** What happens in a workspace, counted: parts of one sentence. */
export const happenings = inLanguages({
  en: {
    joined: (n: number) => (n === 1 ? '1 person joined' : `${figure(n)} people joined`),
    left: (n: number) => (n === 1 ? '1 person left' : `${figure(n)} people left`),
    roles: (n: number) => (n === 1 ? '1 role changed' : `${figure(n)} roles changed`),
    profiles: (n: number) => (n === 1 ? '1 profile changed' : `${figure(n)} profiles changed`),
    invited: (n: number) => (n === 1 ? '1 invitation sent' : `${figure(n)} invitations sent`),
    ended: (n: number) => (n === 1 ? '1 invitation ended' : `${figure(n)} invitations ended`),
    waiting: (n: number) => (n === 1 ? '1 person waits for a seat' : `${figure(n)} people wait for a seat`),
    agents: (n: number) => (n === 1 ? '1 change to the agents' : `${figure(n)} changes to the agents`),
  },
  de: {
    joined: (n: number) => (n === 1 ? '1 Person ist beigetreten' : `${figure(n)} Personen sind beigetreten`),
    left: (n: number) => (n === 1 ? '1 Person ist nicht mehr dabei' : `${figure(n)} Personen sind nicht mehr dabei`),
    roles: (n: number) => (n === 1 ? '1 Rolle geändert' : `${figure(n)} Rollen geändert`),
    profiles: (n: number) => (n === 1 ? '1 Profil geändert' : `${figure(n)} Profile geändert`),
    invited: (n: number) => (n === 1 ? '1 Einladung gesendet' : `${figure(n)} Einladungen gesendet`),
    ended: (n: number) => (n === 1 ? '1 Einladung beendet' : `${figure(n)} Einladungen beendet`),
    waiting: (n: number) =>
      n === 1 ? '1 Person wartet auf einen Platz' : `${figure(n)} Personen warten auf einen Platz`,
    agents: (n: number) => (n === 1 ? '1 Änderung an den Agenten' : `${figure(n)} Änderungen an den Agenten`),
  },
})
