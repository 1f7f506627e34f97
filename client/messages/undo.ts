import type { Role } from '#shared/roles.ts'
import { names } from './names.ts'
import { inLanguages } from './language.svelte.ts'

const roleNamed = (role: Role) => names().roles[role]

/** What was done and can be taken back. */
export const undo = inLanguages({
  en: {
    undo: 'Undo',
    nowRole: (name: string, role: Role) => `${name} is now ${role === 'viewer' ? 'a' : 'an'} ${roleNamed(role)}.`,
    invitedAs: (email: string, role: Role) => `${email} is invited as ${roleNamed(role)} now.`,
    roleBack: (name: string, role: Role) => `${name} is ${roleNamed(role)} again.`,
    roleBetween: (name: string) => `The role of ${name} was changed in between, so nothing was undone.`,
    gone: (name: string) => `${name} is not there any more, so nothing was undone.`,
    nameBack: (name: string) => `You appear as ${name} again.`,
    nameBetween: 'Your name was changed in between, so nothing was undone.',
    pictureSaved: 'Your picture is changed.',
    pictureRemoved: 'Your picture is removed.',
    pictureBack: 'Your former picture is back.',
    pictureBetween: 'Your picture was changed in between, so nothing was undone.',
  },
  de: {
    undo: 'Rückgängig',
    nowRole: (name: string, role: Role) => `${name} ist jetzt ${roleNamed(role)}.`,
    invitedAs: (email: string, role: Role) => `${email} ist jetzt als ${roleNamed(role)} eingeladen.`,
    roleBack: (name: string, role: Role) => `${name} ist wieder ${roleNamed(role)}.`,
    roleBetween: (name: string) =>
      `Die Rolle von ${name} wurde inzwischen geändert, deshalb wurde nichts rückgängig gemacht.`,
    gone: (name: string) => `${name} ist nicht mehr da, deshalb wurde nichts rückgängig gemacht.`,
    nameBack: (name: string) => `Du erscheinst wieder als ${name}.`,
    nameBetween: 'Dein Name wurde inzwischen geändert, deshalb wurde nichts rückgängig gemacht.',
    pictureSaved: 'Dein Bild ist geändert.',
    pictureRemoved: 'Dein Bild ist entfernt.',
    pictureBack: 'Dein früheres Bild ist wieder da.',
    pictureBetween: 'Dein Bild wurde inzwischen geändert, deshalb wurde nichts rückgängig gemacht.',
  },
})
