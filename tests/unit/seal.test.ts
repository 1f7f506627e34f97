import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CannotOpen, createSeal } from '#server/secrets/seal.ts'

const [keyA, keyB] = ['a key that only tests use, 32 letters', 'another key that is 32 letters long']
const seal = createSeal(keyA)
const place = 'webhook:one/two/three'

test('what was sealed opens again, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (secret, where) => {
      expect(seal.open(seal.close(secret, where), where)).toBe(secret)
    }),
  )
})

test('a sealed secret shows nothing of itself, and the same one twice looks different', () => {
  const [one, two] = [seal.close('the secret', place), seal.close('the secret', place)]
  expect(one).not.toBe(two)
  expect(one.startsWith(seal.mark)).toBe(true)
  expect(Buffer.from(one.slice(seal.mark.length), 'base64url').toString('latin1')).not.toContain('secret')
  expect(seal.mark).not.toContain(keyA.slice(0, 4))
})

test('changed in any byte, cut short, of another place or sealed with another key it does not open', () => {
  const sealed = seal.close('the secret', place)
  const bytes = Buffer.from(sealed.slice(seal.mark.length), 'base64url')
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    const forms = [changed, bytes.subarray(0, at)].map((one) => one.toString('base64url'))
    for (const form of forms) {
      expect(() => seal.open(seal.mark + form, place), `byte ${at}`).toThrow(CannotOpen)
      expect(() => seal.open(form, place), `byte ${at}, as of before`).toThrow(CannotOpen)
    }
  }
  for (const elsewhere of ['webhook:one/two/four', 'integration:one/two/three', '']) {
    expect(() => seal.open(sealed, elsewhere)).toThrow(CannotOpen)
  }
  // without its mark it is no secret of before either: those know no place, and this one does
  expect(() => seal.open(sealed.slice(seal.mark.length), place)).toThrow(CannotOpen)
  expect(() => createSeal(keyB).open(sealed, place)).toThrow(CannotOpen)
  const marked = createSeal(keyB).mark + sealed.slice(seal.mark.length)
  expect(() => createSeal(keyB, [keyA]).open(marked, place)).toThrow(CannotOpen)
})

test('an earlier key opens and does not seal', () => {
  const rotated = createSeal(keyB, [keyA])
  expect(rotated.open(seal.close('the secret', place), place)).toBe('the secret')
  const sealed = rotated.close('the secret', place)
  expect(createSeal(keyB).open(sealed, place)).toBe('the secret')
  expect(() => seal.open(sealed, place)).toThrow(CannotOpen)
})

test('what was queued before keys had names opens with the key it was sealed with, present or earlier', () => {
  const sealed = sealedAsBefore(keyA, 'the token')
  expect(seal.open(sealed, place)).toBe('the token')
  expect(createSeal(keyB, [keyA]).open(sealed, place)).toBe('the token')
  expect(() => createSeal(keyB).open(sealed, place)).toThrow(CannotOpen)
})

/** As 0.1.0 of this did it. */
function sealedAsBefore(secretKey: string, secret: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', createHash('sha256').update(secretKey).digest(), nonce)
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')
}
