import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutAtWord, mostOfPassage, passagesOf } from '#server/agents/passages.ts'

const words = (text: string) => text.split(/\s+/).filter(Boolean)
const letter = fc.constantFrom(...'abcé中😀.!?"'.match(/./gu)!)
const space = fc.constantFrom(' ', '  ', '\n', '\n\n', '\n \n', '\t', '. ', '? ', '\u3000')
const text = fc
  .array(fc.tuple(fc.array(letter, { maxLength: 30 }), space), { maxLength: 400 })
  .map((parts) => parts.map(([letters, gap]) => letters.join('') + gap).join(''))

test('passages hold every word of a text, in order and in one piece, and none is longer than it may be', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 70, max: 1200 }), (whole, most) => {
      const passages = passagesOf(whole, most)
      expect(words(passages.join(' '))).toEqual(words(whole))
      for (const passage of passages) {
        expect(passage.length).toBeLessThanOrEqual(most)
        expect(passage).toBe(passage.trim())
        expect(passage).not.toBe('')
      }
    }),
  )
})

test('passages are as few as fit: no two neighbours would have fitted into one half', () => {
  fc.assert(
    fc.property(text, (whole) => {
      const passages = passagesOf(whole, 200)
      for (const [nth, passage] of passages.slice(0, -1).entries()) {
        const next = words(passages[nth + 1] ?? '')[0] ?? ''
        expect(passage.length + 1 + next.length).toBeGreaterThan(100)
      }
    }),
  )
})

test('a word that is longer than a passage is cut, and no letter of it is', () => {
  fc.assert(
    fc.property(fc.array(letter, { minLength: 300, maxLength: 900 }), (letters) => {
      const passages = passagesOf(letters.join(''), 101)
      expect(passages.join('')).toBe(letters.join(''))
      for (const passage of passages) expect(passage.isWellFormed()).toBe(true)
    }),
  )
})

test('a text is parted between paragraphs rather than sentences, and there rather than between words', () => {
  const sentence = 'This is a sentence of forty-five characters. '
  const paragraph = sentence.repeat(8).trim()
  expect(passagesOf(`${paragraph}\n\n${paragraph}\n\n${paragraph}`)).toEqual([
    `${paragraph}\n\n${paragraph}`,
    paragraph,
  ])
  expect(passagesOf(sentence.repeat(30))).toEqual([sentence.repeat(22).trim(), sentence.repeat(8).trim()])
  expect(passagesOf('word '.repeat(300)).map((passage) => passage.length)).toEqual([999, 499])
  expect(passagesOf(' \n ')).toEqual([])
  expect(mostOfPassage).toBe(1000)
})

test('a text is cut behind a word, after so many characters of any script', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 400 }), (whole, most) => {
      const cut = cutAtWord(whole, most)
      expect([...cut].length).toBeLessThanOrEqual(most)
      expect(whole.startsWith(cut)).toBe(true)
      expect(cut.isWellFormed()).toBe(true)
    }),
  )
  expect(cutAtWord('one two three', 7)).toBe('one two')
  expect(cutAtWord('one two three', 9)).toBe('one two')
  expect(cutAtWord('x'.repeat(20), 9)).toBe('x'.repeat(9))
  expect(cutAtWord('😀😀😀', 2)).toBe('😀😀')
})
