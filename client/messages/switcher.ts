import { inLanguages } from './language.svelte.ts'

/** Which workspace is open, and who has opened it. */
export const switcher = inLanguages({
  en: {
    switch: (workspace: string) => `Switch workspace, now in ${workspace}`,
    workspaces: 'Workspaces',
    yours: 'Yours',
    joined: 'Joined',
    openNow: 'open now',
    waiting: 'Waiting for a seat',
    create: 'Create Workspace',
    accountOf: (name: string) => `Account of ${name}`,
    accountSettings: 'Account settings',
    language: 'Language',
    signOut: 'Sign out',
  },
  de: {
    switch: (workspace: string) => `Workspace wechseln, gerade in ${workspace}`,
    workspaces: 'Workspaces',
    yours: 'Deine',
    joined: 'Beigetreten',
    openNow: 'gerade offen',
    waiting: 'Wartet auf einen Platz',
    create: 'Workspace erstellen',
    accountOf: (name: string) => `Konto von ${name}`,
    accountSettings: 'Kontoeinstellungen',
    language: 'Sprache',
    signOut: 'Abmelden',
  },
})
