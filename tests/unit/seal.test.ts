import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSeal } from '#server/mail/seal.ts'

const seal = createSeal('a key that only tests use, 32 letters')

test('what was sealed opens again, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (secret) => {
      expect(seal.open(seal.close(secret))).toBe(secret)
    }),
  )
})

test('a sealed secret shows nothing of itself, and the same one twice looks different', () => {
  const [one, two] = [seal.close('the secret'), seal.close('the secret')]
  expect(one).not.toBe(two)
  expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('secret')
})

test('changed in any byte, cut short or sealed with another key it does not open', () => {
  const bytes = Buffer.from(seal.close('the secret'), 'base64url')
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(() => seal.open(changed.toString('base64url')), `byte ${at}`).toThrow()
    expect(() => seal.open(bytes.subarray(0, at).toString('base64url')), `${at} bytes`).toThrow()
  }
  expect(() => createSeal('another key that is 32 letters lo').open(bytes.toString('base64url'))).toThrow()
})
