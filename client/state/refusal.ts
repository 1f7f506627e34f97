import { language } from '../messages/language.svelte.ts'
import { refusals, refusalsInGerman } from '../messages/refusals.ts'
import { sentencesInGerman } from '../messages/sentences.ts'
import type { ApiError } from '../sdk/http.ts'

const patterns = Object.entries(sentencesInGerman).map(([english, german]) => ({ fits: patternOf(english), german }))

/** Why something was not done, in the language of the page: the server says it in English. */
export function sentenceOf({ code, message }: ApiError): string {
  return language.code === 'en' ? message : (germanOf(message) ?? refusalsInGerman[code])
}

/** What is wrong with a field. Whatever is not known in German is said in general. */
export function fieldSentence(message: string): string {
  return language.code === 'en' ? message : (germanOf(message) ?? refusals().checkField)
}

/** A sentence that the server keeps with what it is about; one that is not known stays as it is. */
export function keptSentence(sentence: string): string {
  return language.code === 'en' ? sentence : (germanOf(sentence) ?? sentence)
}

/** Null: it is not known in German. */
export function germanOf(english: string): string | null {
  for (const { fits, german } of patterns) {
    const found = fits.exec(english)
    if (!found) continue
    const parts = found.slice(1)
    return german.replaceAll('{}', () => inserted(parts.shift() ?? ''))
  }
  return null
}

/** A sentence within a sentence, or names in their quotation marks: `“Acme”, “Initech” and 3 more`. */
function inserted(part: string): string {
  const quoted = part.replace(/“([^”]*)”/g, '„$1“')
  return germanOf(part) ?? quoted.replace(/“ and (?=„)/, '“ und ').replace(/“ and (\d+) more$/, '“ und $1 weitere')
}

function patternOf(english: string): RegExp {
  const parts = english.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('(.+)')}$`, 's')
}
