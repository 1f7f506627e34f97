import type { Language } from '#shared/languages.ts'

/** What PostgreSQL calls the search of each language. In a language that it does not know words are found as they stand. */
export const searchConfigurations: Readonly<Record<Language, string>> = {
  ar: 'arabic',
  da: 'danish',
  nl: 'dutch',
  en: 'english',
  fi: 'finnish',
  fr: 'french',
  de: 'german',
  el: 'greek',
  hu: 'hungarian',
  it: 'italian',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  es: 'spanish',
  sv: 'swedish',
  tr: 'turkish',
  xx: 'simple',
}
