import { firstKnown } from '../../messages/known-languages.ts'

// the pages' own catalogue would bring more than this whole script is
const languages = {
  en: {
    close: 'Close',
    writeTo: (name: string) => `Write to ${name}`,
    unread: (count: number) => ` (${count} unread)`,
    messengerOf: (name: string) => `Messenger of ${name}`,
  },
  // in ASCII, like everything here
  de: {
    close: 'Ausblenden',
    writeTo: (name: string) => `An ${name} schreiben`,
    unread: (count: number) => ` (${count} ungelesen)`,
    messengerOf: (name: string) => `Messenger von ${name}`,
  },
}

/** The visitor's, whatever the language of the page is. */
export const language = firstKnown(navigator.languages)
export const words = languages[language]
