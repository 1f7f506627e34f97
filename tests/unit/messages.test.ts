import { expect, test } from 'vitest'
import { anywhere } from '#client/messages/anywhere.ts'
import { language } from '#client/messages/language.svelte.ts'

test('a page says everything in the language that is chosen', () => {
  expect(anywhere().tryAgain).toBe('Try again')
  language.choose('de')
  expect(anywhere().tryAgain).toBe('Noch einmal versuchen')
  expect([language.code, language.direction]).toEqual(['de', 'ltr'])
  language.choose('en')
})
