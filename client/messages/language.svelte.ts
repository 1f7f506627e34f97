import { baseOf, firstKnown, type PageLanguage } from './known-languages.ts'

const key = 'rollcall:language'
const rightToLeft = new Set(['ar', 'fa', 'he', 'ur'])

/** Node 20, where tests read what news says, has no navigator. */
const preferred: readonly string[] = typeof navigator === 'undefined' ? [] : navigator.languages

let code = $state<PageLanguage>(firstKnown([kept(), ...preferred]))

/** The language of this page. What is computed from it follows as another is chosen. */
export const language = {
  get code(): PageLanguage {
    return code
  },
  /** For dates and numbers: as the browser has this language, with its region, a BCP 47 tag. */
  get locale(): string {
    return preferred.find((tag) => baseOf(tag) === code) ?? code
  },
  get direction(): 'ltr' | 'rtl' {
    return rightToLeft.has(code) ? 'rtl' : 'ltr'
  },
  choose(chosen: PageLanguage): void {
    code = chosen
    keep(chosen)
  },
}

/** One area of the catalogue: a function that answers its messages in the language of the page. */
export function inLanguages<Messages>(messages: { en: Messages; de: NoInfer<Messages> }): () => Messages {
  return () => messages[language.code]
}

const numbers = $derived(new Intl.NumberFormat(language.locale))

/** `1,234` or `1.234`. */
export function figure(count: number): string {
  return numbers.format(count)
}

/** What is unread, where there is little room: `7`, or `99+`. */
export function tally(count: number): string {
  return count > 99 ? `${figure(99)}+` : figure(count)
}

const lists = $derived(new Intl.ListFormat(language.locale, { type: 'conjunction' }))

/** `Ada, Grace, and Edsger` or `Ada, Grace und Edsger`. */
export function listed(names: readonly string[]): string {
  return lists.format(names)
}

/** Pages that may keep nothing, in a frame of another site, have what the browser says. */
function kept(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function keep(chosen: PageLanguage): void {
  try {
    localStorage.setItem(key, chosen)
  } catch {
    // it is asked for again next time
  }
}
