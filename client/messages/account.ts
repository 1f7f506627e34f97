import { inLanguages } from './language.svelte.ts'

/** The page about oneself, whatever the workspace. */
export const account = inLanguages({
  en: {
    title: 'Account',
    home: 'Rollcall, home',
    back: 'Your workspaces',
    why: 'Who you are in all your workspaces, and how you sign in.',
    name: 'Name',
    nameWhy: 'What a workspace calls you when you join it. In each one you can appear under another name.',
    nameSaved: 'Your name is saved.',
    saveName: 'Save name',
    language: 'Language',
    languageWhy: 'In which language this browser shows these pages. Emails are written in English.',
    languageOfPages: 'Language of the pages',
    data: 'Your data',
    dataWhy: 'A copy of what is kept of you: your account, memberships, sessions and what you wrote to visitors.',
    download: 'Download a copy',
    delete: 'Delete your account',
    deleteWhy:
      'Your account goes for good, with the workspaces that are yours alone, and you leave all others. What you wrote to visitors stays there under your name.',
    deleteAccount: 'Delete account',
    deleteQuestion: 'Delete your account?',
    deleteText: 'This cannot be undone. Enter your password to confirm.',
    keep: 'Keep it',
  },
  de: {
    title: 'Konto',
    home: 'Rollcall, Startseite',
    back: 'Deine Workspaces',
    why: 'Wer du in allen deinen Workspaces bist und wie du dich anmeldest.',
    name: 'Name',
    nameWhy: 'So nennt dich ein Workspace, wenn du beitrittst. In jedem kannst du anders heißen.',
    nameSaved: 'Dein Name ist gespeichert.',
    saveName: 'Namen speichern',
    language: 'Sprache',
    languageWhy: 'In welcher Sprache dieser Browser die Seiten zeigt. E-Mails kommen auf Englisch.',
    languageOfPages: 'Sprache der Seiten',
    data: 'Deine Daten',
    dataWhy:
      'Eine Kopie von allem, was wir über dich aufbewahren: Konto, Mitgliedschaften, Sitzungen und was du Besuchern geschrieben hast.',
    download: 'Kopie herunterladen',
    delete: 'Dein Konto löschen',
    deleteWhy:
      'Dein Konto verschwindet endgültig, mit allen Workspaces, in denen du allein bist; alle anderen verlässt du. Was du Besuchern geschrieben hast, bleibt dort unter deinem Namen.',
    deleteAccount: 'Konto löschen',
    deleteQuestion: 'Dein Konto löschen?',
    deleteText: 'Das lässt sich nicht rückgängig machen. Gib zur Bestätigung dein Passwort ein.',
    keep: 'Behalten',
  },
})
