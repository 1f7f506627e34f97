import { expect, test } from 'vitest'
import { postgresReading } from './reading.ts'

const greeting = message('', Buffer.from([0, 3, 0, 0]), text('user', 'ada', ''))
const encryption = message('', Buffer.from([4, 210, 22, 47]))
const sync = message('S')

test('a statement is read whenever it is executed, by its text or by its name', () => {
  const read = postgresReading()
  expect(read(Buffer.concat([encryption, greeting]))).toBe('')
  expect(read(Buffer.concat([parse('s1', 'commit'), parse('s2', 'select 1'), bind('s1')]))).toBe('')
  expect(read(Buffer.concat([execute, sync]))).toBe('commit;\n')
  expect(read(Buffer.concat([bind('s2'), execute, bind('s1'), execute, sync]))).toBe('select 1;\ncommit;\n')
  expect(read(message('Q', text('rollback')))).toBe('rollback;\n')
})

test('however its bytes are cut', () => {
  const read = postgresReading()
  const bytes = Buffer.concat([greeting, parse('s1', 'commit'), bind('s1'), execute, sync, bind('s1'), execute])
  const said = [...bytes].map((byte) => read(Buffer.from([byte])))
  expect(said.join('')).toBe('commit;\ncommit;\n')
  expect(said.at(-1)).toBe('commit;\n')
})

function parse(name: string, statement: string): Buffer {
  return message('P', text(name, statement), Buffer.alloc(2))
}

function bind(name: string): Buffer {
  return message('B', text('', name), Buffer.alloc(6))
}

const execute = message('E', text(''), Buffer.alloc(4))

function message(letter: string, ...parts: Buffer[]): Buffer {
  const payload = Buffer.concat(parts)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(payload.length + 4)
  return Buffer.concat([Buffer.from(letter), length, payload])
}

function text(...words: string[]): Buffer {
  return Buffer.from(words.map((word) => `${word}\0`).join(''))
}
