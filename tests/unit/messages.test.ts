import { readdirSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { anywhere } from '#client/messages/anywhere.ts'
import { language } from '#client/messages/language.svelte.ts'
import { sentencesInGerman } from '#client/messages/sentences.ts'
import { dayOf } from '#client/state/dates.svelte.ts'
import { fieldSentence, germanOf, sentenceOf } from '#client/state/refusal.ts'
import { ApiError } from '#client/sdk/http.ts'

const folder = path.resolve(import.meta.dirname, '../../client/messages')
const mechanism = new Set(['language.svelte.ts', 'known-languages.ts'])

beforeEach(() => language.choose('en'))

test('a page says everything in the language that is chosen', () => {
  expect(anywhere().tryAgain).toBe('Try again')
  language.choose('de')
  expect(anywhere().tryAgain).toBe('Noch einmal versuchen')
  expect([language.code, language.direction]).toEqual(['de', 'ltr'])
})

test('dates follow the language', () => {
  expect(dayOf('2026-11-26T12:00:00Z')).toBe('Nov 26, 2026')
  language.choose('de')
  expect(dayOf('2026-11-26T12:00:00Z')).toBe('26.11.2026')
})

/** The same in both: names, words that German has taken over, and examples. */
const same = new Set([
  'Admin', 'Agent', 'Agents', 'Basic AI', 'Editor', 'Free', 'Handle', 'Help Desk', 'Live', 'Messenger', 'Name', 'Navigation',
  'Offline', 'Owner', 'Pro AI', 'Slack', 'Standard AI', 'Status', 'Text', 'Viewer', 'Webhooks', 'Workspace', 'Workspaces',
  'Acme Düsseldorf', 'Integration', 'in', 'online', 'Person', 'Zoom',
]) // prettier-ignore

describe('every area of the catalogue', async () => {
  const areas = await areasOf()

  test.each(Object.keys(areas))(
    '%s has a text in both languages for each message, and a German one in German',
    (name) => {
      const [english, german] = inBoth(areas[name] as Area)
      expect(Object.keys(german)).toEqual(Object.keys(english))
      for (const [key, { text }] of Object.entries(german)) {
        expect([key, text.trim() === '', english[key]?.text.trim() === '']).toEqual([key, false, false])
        if (!same.has(text.trim())) expect([key, text]).not.toEqual([key, english[key]?.text])
      }
    },
  )

  test.each(Object.keys(areas))('%s leaves nothing out that a German message is given', (name) => {
    const [english, german] = inBoth(areas[name] as Area)
    for (const [key, { used }] of Object.entries(german)) expect([key, used]).toEqual([key, english[key]?.used])
  })
})

describe('what the server says', () => {
  test('is itself in English, and in German where it is known there, with its figures and names', () => {
    const often = new ApiError('rate_limited', 'That is too often. Try again in 12 minutes.')
    expect(sentenceOf(often)).toBe('That is too often. Try again in 12 minutes.')
    language.choose('de')
    expect(sentenceOf(often)).toBe('Das ist zu oft. Versuche es in 12 Minuten noch einmal.')
    const others = 'Others are members of “Acme”, “Rock and Roll” and 3 more. Remove them, or delete the workspace, before you delete your account.'
    expect(sentenceOf(new ApiError('owns_workspaces', others))).toContain('„Acme“, „Rock and Roll“ und 3 weitere.')
    expect(germanOf('The test could not be handed on. It answered 503.')).toBe('Der Test konnte nicht zugestellt werden. Die Antwort war 503.')
  }) // prettier-ignore

  test('falls back to what its code means, and of a field to that it is wrong', () => {
    language.choose('de')
    expect(sentenceOf(new ApiError('default_workspace', 'Something new.'))).toBe('Dein Standard-Workspace lässt sich nicht löschen.') // prettier-ignore
    expect(fieldSentence('Something new.')).toBe('Prüfe diese Angabe.')
    expect(fieldSentence('Use at most 80 characters.')).toBe('Höchstens 80 Zeichen.')
  })

  test('keeps in German each part that changes, except how long somebody is to wait', () => {
    const lost = Object.entries(sentencesInGerman).filter(([english, german]) => english.split('{}').length !== german.split('{}').length) // prettier-ignore
    expect(lost.map(([english]) => english)).toEqual(['That is too often. Try again in {}.'])
  })
})

type Area = () => object
type Said = { text: string; used: string }

/** Every area that `inLanguages` made, by file and name. */
async function areasOf(): Promise<Record<string, Area>> {
  const areas: Record<string, Area> = {}
  for (const file of readdirSync(folder)) {
    if (mechanism.has(file)) continue
    const exports = (await import(path.join(folder, file))) as Record<string, unknown>
    for (const [name, area] of Object.entries(exports)) if (typeof area === 'function') areas[`${file} ${name}`] = area as Area
  }
  return areas
} // prettier-ignore

function inBoth(area: Area): [Record<string, Said>, Record<string, Said>] {
  language.choose('en')
  const english = saidIn(area())
  language.choose('de')
  return [english, saidIn(area())]
}

/** Each message by its key; a function's for one and for many, and which of its arguments show in it. */
function saidIn(messages: object, path = ''): Record<string, Said> {
  return Object.fromEntries(
    Object.entries(messages).flatMap(([key, message]: [string, unknown]) => {
      const at = path + key
      if (typeof message === 'string') return [[at, { text: message, used: '' }]]
      if (typeof message === 'function') return [[at, calledWithMarks(message as (...given: unknown[]) => unknown)]]
      return Object.entries(saidIn(message as object, `${at}.`))
    }),
  )
}

function calledWithMarks(message: (...given: unknown[]) => unknown): Said {
  // alike to a number, a text and a list of them
  const marks = Array.from({ length: message.length }, (_, index) => [String((index + 2) * 111)])
  const text = String(message(...marks))
  return { text: text.replace(/\d/g, '#'), used: marks.filter((mark) => text.includes(String(mark))).join() }
}
