import { expect, test } from 'vitest'
import { changesIn, embedSnippet, linesOf, siteProblems } from '#client/state/agent/messenger.ts'
import { messageIn } from '#client/messenger/embed/messages.ts'
import { changeAgentBody } from '#shared/protocol/requests.ts'
import { firstMessenger } from '#shared/protocol/agents/messenger.ts'

const saved = { ...firstMessenger, origins: ['https://a.example', 'https://b.example'] }

test('sites are the lines that have something', () => {
  expect(linesOf(' https://a.example \r\n\n  \nhttps://b.example\n')).toEqual([
    'https://a.example',
    'https://b.example',
  ])
})

test('what is as it was saved is no change', () => {
  expect(changesIn({}, saved)).toEqual({})
  expect(changesIn({ on: false, side: 'right', colour: saved.colour, sites: 'https://a.example\n\nhttps://b.example\n' }, saved)).toEqual({}) // prettier-ignore
  expect(changesIn({ on: true, sites: '' }, saved)).toEqual({ on: true, origins: [] })
})

test('problems of sites name the lines that they are about', () => {
  const sent = ['https://a.example/path', 'shop', 'ftp://b.example']
  const { error } = changeAgentBody.safeParse({ messenger: { origins: sent } })
  const errors = Object.fromEntries((error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]))
  expect(siteProblems(errors, sent)).toBe('shop, ftp://b.example: Enter an address like https://shop.example.com.')
  expect(siteProblems({ 'messenger.origins': 'Name at most 20 sites.' }, sent)).toBe('Name at most 20 sites.')
  expect(siteProblems({}, sent)).toBeUndefined()
})

test('the snippet is a script that names the agent', () => {
  expect(embedSnippet('https://rollcall.example', 'g1')).toBe('<script src="https://rollcall.example/messenger.js" data-agent="g1" async></script>') // prettier-ignore
})

test.each([null, undefined, 7, 'close', [], {}, { rollcall: 'open' }, { rollcall: 'unread' }, { rollcall: 'unread', count: '3' }, { rollcall: 'unread', count: -1 }, { rollcall: 'unread', count: NaN }])('a page that says %j says nothing to us', (said) => {
  expect(messageIn(said)).toBeNull()
}) // prettier-ignore

test('what the Messenger says is heard', () => {
  expect(messageIn({ rollcall: 'close', more: 1 })).toEqual({ rollcall: 'close' })
  expect(messageIn({ rollcall: 'unread', count: 3 })).toEqual({ rollcall: 'unread', count: 3 })
})
