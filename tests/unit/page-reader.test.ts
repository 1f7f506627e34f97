import { afterAll, expect, test } from 'vitest'
import { extract } from '#server/agents/pages/extract.ts'
import { isReadable } from '#server/agents/pages/is-readable.ts'
import { languageOf } from '#server/agents/pages/language-of.ts'
import { openPageReader } from '#server/agents/pages/reader.ts'

const reader = openPageReader({ time: 1_000, memory: 256 })
afterAll(reader.close)

test('a page that would take too long is given up, and the next one is read', async () => {
  // within what is tried at all, and seconds of work for the parser
  const tangled = `<p>${'&lt;'.repeat(400_000)}${'<b>&amp;</b>'.repeat(19_000)}${'<i>'.repeat(390)}`
  expect(isReadable(tangled)).toBe(true)
  const [one, two] = await Promise.allSettled([reader.read(tangled), reader.read('<title>After</title><p>Words.')])
  expect(one).toMatchObject({ status: 'rejected', reason: { message: 'It is built in a way that cannot be read.', passing: false } }) // prettier-ignore
  expect(two).toMatchObject({ status: 'fulfilled', value: { title: 'After', text: 'Words.' } })
})

test('a page that takes too much memory ends its thread, and the next one is read', async () => {
  const small = openPageReader({ time: 30_000, memory: 24 })
  await expect(small.read('<p>a'.repeat(19_900) + 'x, y '.repeat(300_000))).rejects.toThrow('built in a way')
  await expect(small.read('<p>Words.')).resolves.toMatchObject({ text: 'Words.' })
  await small.close()
})

test('nothing is read behind its end', async () => {
  const ended = openPageReader()
  await ended.close()
  await expect(ended.read('<p>Words.')).rejects.toThrow('The node ended')
})

test.each([
  ['100,000 elements deep', '<div>'.repeat(100_000)],
  ['100,000 elements deep, in quotes', '<b><i>'.repeat(50_000)],
  ['of more elements than anybody writes', '<p>a'.repeat(20_001)],
  ['of angles', '<'.repeat(2_000_000)],
  ['of comments', '<!--'.repeat(500_000)],
])('a page %s is not even tried, and that is known in no time', async (_, html) => {
  const before = performance.now()
  expect(isReadable(html)).toBe(false)
  await expect(reader.read(html)).rejects.toThrow('built in a way')
  expect(performance.now() - before).toBeLessThan(1_000)
})

test('a page of ten thousand paragraphs, list items and cells that were never closed is tried', () => {
  expect(isReadable('<p>a<li>b<td>c'.repeat(3_000))).toBe(true)
  expect(isReadable('<div><p>a</p><br><img></div>'.repeat(4_000))).toBe(true)
})

test('the text of a page is in paragraphs, with what is not for readers left out', () => {
  const article = `<html lang="en"><head><title>All of it</title><style>p { color: red }</style></head><body>
    <h1>Heading</h1><p>One   paragraph,<br>two lines.</p><ul><li>First</li><li>Second</li></ul>
    <table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table><script>var x = '<p>no</p>'</script>
    <svg><title>Icon</title></svg><div hidden>Never</div><template><p>no</p></template></body></html>`
  const { title, text, lang } = extract(article)
  expect([title, lang]).toEqual(['All of it', 'en'])
  expect(text).toContain('One paragraph,\ntwo lines.\n\nFirst\nSecond')
  expect(text).not.toMatch(/no|Icon|color|var x/)
})

test.each(['', '<', '<html>', '</html>', 'words', '<html></html><html>', '<title>', '<plaintext>x', '<![CDATA[', '<?xml?>', '<frameset><frame>', '<table><p>x', '\0<p>\0', '<a '.repeat(50)])(
  '%j is a page that says something or nothing, and never fails',
  (html) => {
    const { title, text, lang } = extract(html)
    expect([title, text, lang].map((one) => typeof one)).toEqual(['string', 'string', 'string'])
  },
) // prettier-ignore

test.each([['de', 'de'], ['de-AT', 'de'], ['EN_us', 'en'], [' fr ', 'fr'], ['nb', 'no'], ['nn-NO', 'no'], ['xx', null], ['zh', null], ['deutsch', null], ['', null]])('a page in %j is in our %j', (tag, language) => {
  expect(languageOf(tag)).toBe(language)
}) // prettier-ignore
