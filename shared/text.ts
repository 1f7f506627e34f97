import { z } from 'zod'

// Control characters, bidi overrides and isolates, and invisible fillers: each lets one name pass for another.
// Joiners (U+200C, U+200D) stay: Persian and emoji need them.
const forbidden =
  /[\p{Cc}\p{Cs}\u00ad\u034f\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u061c\u115f\u1160\u17b4\u17b5\u3164\uffa0]/u
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u

/** One line of text that people read: trimmed, NFC, `min` to `max` code points, nothing invisible or reordering. */
export function line(min: number, max: number, missing = 'Enter a name.') {
  return z
    .string()
    .max(max * 4, `Use at most ${max} characters.`)
    .refine((text) => !forbidden.test(text), 'Remove control or invisible characters.')
    .transform((text) => text.normalize('NFC').trim())
    .refine(
      (text) => [...text].length >= min && visible.test(text),
      min > 1 ? `Use at least ${min} characters.` : missing,
    )
    .refine((text) => [...text].length <= max, `Use at most ${max} characters.`)
}

/** Several lines of text, which may be empty: trimmed, NFC, up to `max` code points, nothing invisible or reordering. */
export function passage(max: number) {
  return z
    .string()
    .max(max * 4, `Use at most ${max} characters.`)
    .transform((text) => text.replaceAll('\r\n', '\n').normalize('NFC').trim())
    .refine((text) => !forbidden.test(text.replace(/[\n\t]/g, ' ')), 'Remove control or invisible characters.')
    .refine((text) => [...text].length <= max, `Use at most ${max} characters.`)
}

/** What somebody else has written, without what a `passage` is refused for. */
export function withoutInvisible(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(new RegExp(forbidden, 'gu'), (letter) => (letter === '\n' || letter === '\t' ? letter : ''))
    .normalize('NFC')
    .trim()
}

export const displayNameSchema = line(1, 64)
export const workspaceNameSchema = line(1, 80)
export const personNameSchema = line(1, 64)
export const agentNameSchema = line(1, 80)
export const greetingSchema = passage(500)

/** 8 to 128 characters, taken as they are: never trimmed, never cut. The common-password list is the server's. */
export const passwordSchema = z
  .string()
  .refine((text) => [...text.slice(0, 1024)].length >= 8, 'Use at least 8 characters.')
  .refine((text) => text.length <= 512 && [...text].length <= 128, 'Use at most 128 characters.')
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'Remove characters that cannot be typed.')

const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const domain = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/

/**
 * An email address in its canonical form: trimmed and lower case. ASCII alone (a domain in its `xn--` form),
 * refused before lower-casing: `toLowerCase` maps some other letters onto ASCII ones (U+212A to `k`).
 */
export const emailSchema = z
  .string()
  .max(320, 'Enter a shorter email address.')
  .transform((text) => text.trim())
  .refine(
    (text) => /^[\x21-\x7e]*$/.test(text),
    'Enter an email address without spaces or accents, like ada@example.com.',
  )
  .transform((text) => text.toLowerCase())
  .refine(isEmail, 'Enter an email address like ada@example.com.')

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at)
  const host = text.slice(at + 1)
  return at > 0 && local.length <= 64 && text.length <= 254 && localPart.test(local) && domain.test(host)
}

/** Whether a web address holds no user name and password: they would stand in lists and logs. */
export function hasNoSignIn(url: string): boolean {
  return !/^[a-z]+:[\\/]*[^\\/?#]*@/i.test(url)
}
