import { dictionary } from '@zxcvbn-ts/language-common'
import { badInput } from '../core/errors.ts'

/** The 3,000 that are most frequent in what was stolen elsewhere, of those that are long enough (ASVS 6.2.4). */
const frequent = new Set(dictionary['passwords-common'].filter(({ length }) => length >= 8).slice(0, 3_000))

/**
 * Passwords that are guessed first, and the words of this product. Each is refused alone, with digits or marks around
 * it, and with the usual letters written as digits.
 */
const common = new Set([
  'password', 'passwort', 'letmein', 'welcome', 'qwerty', 'qwertyuiop', 'qwertyui', 'qwertz', 'qwertzuiop', 'azerty', 'azertyuiop', 'asdfghjkl', 'asdfasdf',
  'zxcvbnm', 'iloveyou', 'princess', 'sunshine', 'football', 'baseball', 'basketball', 'superman', 'batman', 'dragon', 'monkey', 'master',
  'shadow', 'michael', 'jennifer', 'jordan', 'hunter', 'trustno', 'starwars', 'computer', 'internet', 'whatever', 'freedom',
  'mustang', 'access', 'admin', 'administrator', 'root', 'toor', 'guest', 'default', 'changeme', 'secret', 'login', 'abcdefgh', 'abcdefghi',
  'abcabc', 'abcd', 'abc', 'pass', 'passpass', 'passw', 'passwd', 'passphrase', 'qazwsx', 'qazwsxedc', 'qweasd', 'qweasdzxc', 'qwer', 'qwe', 'qwaszx',
  'killer', 'pepper', 'cheese', 'ginger', 'summer', 'winter', 'spring', 'autumn', 'liverpool', 'chelsea', 'arsenal', 'pokemon',
  'samsung', 'google', 'facebook', 'linkedin', 'microsoft', 'apple', 'hello', 'hallo', 'helloworld', 'test', 'testtest', 'testing', 'user', 'demo',
  'rollcall', 'workspace', 'member', 'membership', 'invitation', 'correcthorsebatterystaple',
]) // prettier-ignore

const digits: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

export function isCommonPassword(password: string, context: string[] = []): boolean {
  const lower = password.toLowerCase()
  if (frequent.has(lower)) return true
  if (/^(.)\1*$/u.test(lower) || /^(.{1,4})\1+$/u.test(lower) || isRun(lower)) return true
  const spelled = inLetters(lower)
  // bare first, then in letters: the `!` of `P@ssw0rd!` is a mark behind the word and no `i`
  const cores = [bare(lower), bare(spelled), inLetters(bare(lower)), lower, spelled]
  const words = context.map((word) => word.toLowerCase()).filter((word) => word.length >= 4)
  return cores.some((core) => common.has(core) || words.includes(core))
}

/** Refuses a password that is guessed soon, of whoever has this address and name. */
export function requireUncommon(password: string, { email, name }: { email: string; name: string }): void {
  if (!isCommonPassword(password, [email.split('@')[0] ?? '', name])) return
  throw badInput('password', 'This password is easy to guess. Choose another one.')
}

function inLetters(text: string): string {
  return text.replace(/[013457@$!]/g, (mark) => digits[mark] ?? mark)
}

function bare(text: string): string {
  return text.replace(/^[^a-z]+|[^a-z]+$/g, '')
}

/** `12345678`, `87654321`, `abcdefgh`. */
function isRun(text: string): boolean {
  const codes = [...text].map((letter) => letter.codePointAt(0) ?? 0)
  const steps = new Set(codes.slice(1).map((code, index) => code - (codes[index] ?? 0)))
  const wraps = '01234567890123456789'
  return (
    (steps.size === 1 && (steps.has(1) || steps.has(-1))) ||
    (text.length >= 6 && (wraps.includes(text) || [...wraps].reverse().join('').includes(text)))
  )
}
