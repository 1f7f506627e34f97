import { inLanguages } from './language.svelte.ts'

/** The page of an invitation's link, and the one of who waits for a seat. */
export const joining = inLanguages({
  en: {
    join: (workspace: string) => `Join ${workspace}`,
    deadLink: 'This link does not work',
    deadLinkText:
      'It may have been used, replaced by a newer one or withdrawn. Ask whoever invited you to send it again.',
    wrong: 'Something went wrong',
    expired: 'This invitation has expired',
    expiredText: (inviter: string, workspace: string) => `Ask ${inviter} to send you a new link to ${workspace}.`,
    declined: 'Invitation declined',
    declinedText: 'You can close this page. Nobody will remind you again.',
    toWorkspaces: 'Go to your workspaces',
    signInAndAccept: 'Sign in and accept invitation',
    signUpAndAccept: 'Sign up and accept invitation',
    wrongAccount: (signedIn: string, invited: string) =>
      `You are signed in as ${signedIn}, but this invitation is for ${invited}.`,
    switchAccount: 'Switch account',
    accept: 'Accept invitation',
    decline: 'Decline',
    declineForGood: (inviter: string) => `Decline, and get no more invitations of ${inviter}`,
    waiting: 'Waiting for a seat',
    waitingText:
      'All seats are taken. You are let in by itself as soon as one comes free: leave this page open, or come back later.',
    asked: (ago: string, expires: string) => `Asked ${ago} · valid until ${expires}`,
    ownWorkspace: 'Go to your own workspace',
    noLonger: 'No longer waiting',
    notWaiting: 'You are not waiting for a seat',
    settled: 'Whatever you asked to join has been settled.',
  },
  de: {
    join: (workspace: string) => `${workspace} beitreten`,
    deadLink: 'Dieser Link funktioniert nicht',
    deadLinkText:
      'Vielleicht wurde er schon benutzt, durch einen neueren ersetzt oder zurückgezogen. Bitte die Person, die dich eingeladen hat, ihn noch einmal zu senden.',
    wrong: 'Etwas ist schiefgegangen',
    expired: 'Diese Einladung ist abgelaufen',
    expiredText: (inviter: string, workspace: string) =>
      `Bitte ${inviter}, dir einen neuen Link zu ${workspace} zu senden.`,
    declined: 'Einladung abgelehnt',
    declinedText: 'Du kannst diese Seite schließen. Niemand erinnert dich noch einmal.',
    toWorkspaces: 'Zu deinen Workspaces',
    signInAndAccept: 'Anmelden und Einladung annehmen',
    signUpAndAccept: 'Registrieren und Einladung annehmen',
    wrongAccount: (signedIn: string, invited: string) =>
      `Du bist als ${signedIn} angemeldet, aber diese Einladung ist für ${invited}.`,
    switchAccount: 'Konto wechseln',
    accept: 'Einladung annehmen',
    decline: 'Ablehnen',
    declineForGood: (inviter: string) => `Ablehnen und keine Einladungen von ${inviter} mehr bekommen`,
    waiting: 'Du wartest auf einen Platz',
    waitingText:
      'Alle Plätze sind belegt. Sobald einer frei wird, kommst du von selbst hinein: Lass diese Seite offen oder komm später wieder.',
    asked: (ago: string, expires: string) => `Angefragt ${ago} · gültig bis ${expires}`,
    ownWorkspace: 'Zu deinem eigenen Workspace',
    noLonger: 'Du wartest nicht mehr',
    notWaiting: 'Du wartest auf keinen Platz',
    settled: 'Was du angefragt hattest, ist erledigt.',
  },
})
