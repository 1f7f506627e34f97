/** The languages of the pages, as those who speak them call them. */
export const pageLanguages = { en: 'English', de: 'Deutsch' } as const
export type PageLanguage = keyof typeof pageLanguages

/** The first language of these that the pages speak, else English. */
export function firstKnown(tags: readonly (string | null)[]): PageLanguage {
  for (const tag of tags) {
    const base = tag && baseOf(tag)
    if (base && base in pageLanguages) return base as PageLanguage
  }
  return 'en'
}

/** `de` of `de-AT`. */
export function baseOf(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? ''
}
