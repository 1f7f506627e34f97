import { languages, type Language } from '#shared/languages.ts'

/** Ours for what a page calls its language (`de-AT`), or null. */
export function languageOf(tag: string): Language | null {
  const code = (/^\s*([a-z]{2,3})(?![a-z0-9])/i.exec(tag)?.[1] ?? '').toLowerCase()
  const known = /^n[bn]$/.test(code) ? 'no' : code
  return languages.find((one) => one === known && one !== 'xx') ?? null
}
