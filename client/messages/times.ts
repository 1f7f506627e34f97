import { inLanguages } from './language.svelte.ts'

/** What the browser has no words for. */
export const times = inLanguages({ en: { justNow: 'just now' }, de: { justNow: 'gerade eben' } })
