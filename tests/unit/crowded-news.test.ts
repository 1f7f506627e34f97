import { expect, test } from 'vitest'
import { CrowdedNews, newsLasts } from '#client/state/crowded-news.ts'

test('three are told one by one, and whoever joins beyond that is counted in one more, in its place', () => {
  const { news, shown } = corner()
  for (let n = 1; n <= 50; n += 1) news.tell({ text: `Ada ${n} joined.`, tone: 'good' }, 'joined')
  expect([...shown.values()]).toEqual(['Ada 1 joined.', 'Ada 2 joined.', 'Ada 3 joined.', '47 people joined.'])
})

test('what is counted is told by kind', () => {
  const { news, shown } = corner()
  for (const kind of ['joined', 'left', 'ended', 'joined', 'left', 'waiting'] as const)
    news.tell({ text: kind, tone: 'plain' }, kind)
  expect([...shown.values()].at(-1)).toBe('1 person joined, 1 person left, 1 person waits for a seat.')
})

test('as soon as there is room, the next is told for itself, and another sum begins with what comes behind', () => {
  const { news, shown, pass } = corner()
  for (let n = 1; n <= 5; n += 1) news.tell({ text: `Ada ${n} joined.`, tone: 'good' }, 'joined')
  pass(newsLasts)
  for (let n = 6; n <= 9; n += 1) news.tell({ text: `Ada ${n} joined.`, tone: 'good' }, 'joined')
  expect([...shown.values()].slice(3)).toEqual(['1 person joined.', 'Ada 6 joined.', 'Ada 7 joined.', 'Ada 8 joined.'])
})

test('a sum goes on while it is still there', () => {
  const { news, shown, pass } = corner()
  for (let n = 1; n <= 5; n += 1) news.tell({ text: `Ada ${n} joined.`, tone: 'good' }, 'joined')
  expect(shown.get('crowd')).toBe('2 people joined.')
  pass(newsLasts - 1)
  news.tell({ text: 'Ada 6 joined.', tone: 'good' }, 'joined')
  expect(shown.get('crowd')).toBe('3 people joined.')
})

test('what is no matter of counting is told for itself, however full it is', () => {
  const { news, shown } = corner()
  for (let n = 1; n <= 5; n += 1) news.tell({ text: `Ada ${n} joined.`, tone: 'good' }, 'joined')
  news.tell({ text: 'The workspace was renamed.', tone: 'plain' }, null)
  expect([...shown.values()].at(-1)).toBe('The workspace was renamed.')
})

/** The corner of a page, by ids, with a clock that the test moves. */
function corner() {
  const shown = new Map<string, string>()
  let time = 0
  const news = new CrowdedNews(
    ({ text }, id) => void shown.set(id ?? text, text),
    () => time,
  )
  return { news, shown, pass: (milliseconds: number) => (time += milliseconds) }
}
