import { expect, test } from 'vitest'
import { isCommonPassword } from '#server/auth/common-passwords.ts'

test.each([
  'password', 'Password1', 'PASSWORD123!', 'p4ssw0rd', 'P@ssw0rd!', '123password', 'qwertyuiop', 'letmein1', 'iloveyou2',
  '12345678', '123456789', '1234567890', '87654321', 'abcdefgh', 'hgfedcba', '11111111', 'aaaaaaaa', '12121212', 'abcabcabc',
  'abcdabcd', 'rollcall', 'Rollcall2026', 'workspace1', 'changeme!', 'correcthorsebatterystaple', '🙂🙂🙂🙂🙂🙂🙂🙂',
  // of the list alone
  'corvette', 'Maverick', '1qaz2wsx', 'q1w2e3r4t5', '10081987',
])('45 %j is guessed first, so it is refused', (password) => {
  expect(isCommonPassword(password)).toBe(true)
}) // prettier-ignore

test.each([
  'sturdy horse 42',
  'lively sample 42',
  'tall-ships-sail',
  'zq8!kf0w',
  'passwords are like socks',
  '3.14159265358',
])('%j is taken', (password) => {
  expect(isCommonPassword(password)).toBe(false)
})

test('one’s own name or address is as easy to guess, alone or with digits around it', () => {
  const context = ['ada.lovelace', 'Ada Lovelace']
  for (const password of ['ada.lovelace', 'Ada Lovelace', 'ada.lovelace1', 'ADA LOVELACE!!']) {
    expect(isCommonPassword(password, context), password).toBe(true)
  }
  expect(isCommonPassword('ada.lovelace counts engines', context)).toBe(false)
  // a name of three letters is in too many good passwords
  expect(isCommonPassword('ada', ['ada'])).toBe(false)
})
