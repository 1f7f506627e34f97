import { languageNames, type Language } from '#shared/languages.ts'
import { inLanguages } from './language.svelte.ts'

const inGerman: Readonly<Record<Language, string>> = {
  ar: 'Arabisch',
  da: 'Dänisch',
  nl: 'Niederländisch',
  en: 'Englisch',
  fi: 'Finnisch',
  fr: 'Französisch',
  de: 'Deutsch',
  el: 'Griechisch',
  hu: 'Ungarisch',
  it: 'Italienisch',
  no: 'Norwegisch',
  pt: 'Portugiesisch',
  ro: 'Rumänisch',
  ru: 'Russisch',
  es: 'Spanisch',
  sv: 'Schwedisch',
  tr: 'Türkisch',
  xx: 'Eine andere Sprache',
}

/** What the languages of a knowledge base are called. */
export const languagesOfKnowledge = inLanguages<Readonly<Record<Language, string>>>({
  en: languageNames,
  de: inGerman,
})
