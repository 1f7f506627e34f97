import { expect, test } from 'vitest'
import { commands } from '#client/messages/commands.ts'
import { findIn, type PaletteSource } from '#client/state/palette.ts'
import {
  heard,
  isSingle,
  needsOf,
  pressOf,
  shortcutGroups,
  shortcuts,
  type ShortcutName,
} from '#client/state/shortcuts.ts'
import { may } from '#shared/policy.ts'

const names = Object.keys(shortcuts) as ShortcutName[]

test('each shortcut is heard by its keys, and none is the beginning of another', () => {
  for (const name of names) {
    const { keys } = shortcuts[name]
    expect([name, heard(keys)]).toEqual([name, name])
    for (let n = 1; n < keys.length; n += 1) expect(heard(keys.slice(0, n))).toBe('more')
  }
  expect(heard(['x'])).toBeNull()
  expect(heard(['g', 'x'])).toBeNull()
})

test('the help lists every shortcut once, with a name in the words of the page', () => {
  const listed = shortcutGroups.flatMap(({ of }) => [...of])
  expect([...listed].sort()).toEqual([...names].sort())
  for (const name of names) expect(commands().shortcuts[name]).not.toBe('')
})

test('a press with another key beside it is another press, and a key without a letter is none', () => {
  const plain = { ctrlKey: false, metaKey: false, altKey: false }
  expect(pressOf({ ...plain, key: 'g' })).toBe('g')
  expect(pressOf({ ...plain, key: 'K', metaKey: true })).toBe('mod+k')
  expect(pressOf({ ...plain, key: 'k', ctrlKey: true })).toBe('mod+k')
  expect(pressOf({ ...plain, key: 'g', altKey: true })).toBeNull()
  expect(pressOf({ ...plain, key: 'Escape' })).toBeNull()
})

test('what can be switched off is every shortcut but the one with Ctrl or ⌘', () => {
  expect(names.filter((name) => !isSingle(name))).toEqual(['menu'])
})

test('a Viewer is sent nowhere and offered nothing that a Viewer may not', () => {
  const forViewers = names.filter((name) => {
    const needs = needsOf(name)
    return !needs || may('viewer', needs)
  })
  expect(forViewers).not.toContain('invite')
  expect(forViewers).not.toContain('plan')
  expect(forViewers).not.toContain('settings')
})

test('the best comes first: the whole title, its beginning, a word of it, somewhere in it, then what is beside it', () => {
  const titles = ['Remarkable', 'Ann Mark', 'Marketing', 'Mark', 'Kay']
  const source = { name: 'People', items: [...titles.map(item), { ...item('Kim'), detail: 'mark@example.com' }] }
  expect(titlesIn([source], 'mark')).toEqual(['Mark', 'Marketing', 'Ann Mark', 'Kim', 'Remarkable'])
})

test('every word has to be found, whatever its capitals and marks, and the group with the best is first', () => {
  const pages = { name: 'Pages', items: ['Plan & seats', 'Settings'].map(item) }
  const people = { name: 'People', items: [{ ...item('Zoë Müller'), detail: 'zoe@example.com' }], onlyFound: true }
  expect(titlesIn([pages, people], 'muller ZOE')).toEqual(['Zoë Müller'])
  expect(titlesIn([pages, people], 'zoe nobody')).toEqual([])
  expect(findIn([people, pages], 'se').map(({ name }) => name)).toEqual(['Pages'])
  expect(findIn([pages, people], ' ').map(({ name }) => name)).toEqual(['Pages'])
})

test('of ten thousand people the best few are found, and no more are in the page', () => {
  const items = Array.from({ length: 10_000 }, (_, n) => ({ ...item(`Person ${n}`), detail: `p${n}@example.com` }))
  const sources = [{ name: 'People', items, onlyFound: true }]
  expect(titlesIn(sources, 'person 9999')).toEqual(['Person 9999'])
  expect(titlesIn(sources, 'p')).toHaveLength(6)
})

function item(title: string) {
  return { id: title, title, act: () => undefined }
}

function titlesIn(sources: PaletteSource[], typed: string): string[] {
  return findIn(sources, typed).flatMap(({ items }) => items.map(({ title }) => title))
}
