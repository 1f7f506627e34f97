import fc from 'fast-check'
import { expect, test } from 'vitest'
import { languages } from '#shared/languages.ts'
import { questionOf, type Question } from '#server/agents/question.ts'
import { searchConfigurations } from '#server/agents/search-configurations.ts'
import { readWithin } from '#server/core/tenant.ts'
import { knowledgeOf, newKnowledge } from '../support/knowledge.ts'
import { useNode } from '../support/node.ts'

const node = useNode()

test('what has the words in its title comes before what has them in its text, and it is one hit a resource', async () => {
  const { text, search } = await newKnowledge(node())
  await text(
    'Shipping',
    `We ship anywhere. A refund of shipping is possible. ${'More about parcels. '.repeat(200)} A refund.`,
  )
  await text('Refund', 'How money comes back.')
  await text('Opening hours', 'Nine to five.')
  const { body } = await search('refunds')
  expect(body.items.map(({ resource }) => resource.title)).toEqual(['Refund', 'Shipping'])
  expect(body.items[0]?.rank).toBeGreaterThan(body.items[1]?.rank ?? Infinity)
  expect(body.items[0]?.resource).not.toHaveProperty('content')
})

test('a snippet is the best passage, cut around what was found: text, in turns outside and inside of a match', async () => {
  const { text, search } = await newKnowledge(node())
  const marks = 'a \ue000fake\ue001 \ue001match\ue000 <b>refund</b> '
  await text(
    'Money',
    `${'Something else entirely. '.repeat(60)}\n\n${marks} Here you ask for your refund, and it is refunded.`,
  )
  const { snippet = [] } = (await search('refund')).body.items[0] ?? {}
  expect(snippet.length % 2).toBe(1)
  expect(snippet.filter((_, nth) => nth % 2 === 1)).toEqual(['refund', 'refund', 'refunded'])
  expect(snippet.join('')).toContain('Here you ask for your refund, and it is refunded')
  expect(snippet.join('')).not.toMatch(/[\ue000\ue001]/)
  const byTitle = (await search('money')).body.items[0]
  expect(byTitle?.snippet).toHaveLength(1)
})

test('a question is answered by what has any of its words, behind what has all of them', async () => {
  const { add, text, titles, search } = await newKnowledge(node())
  await add({
    kind: 'qa',
    question: 'How can a password be reset?',
    answer: 'Press “Forgotten password” below the sign-in.',
  })
  await text('Passwords', 'A password has at least eight characters.')
  await text('Factory reset', 'Hold the button for ten seconds.')
  await text('Opening hours', 'Nine to five.')
  expect((await titles('How do I reset my password?'))[0]).toBe('How can a password be reset?')
  const all = await titles('reset the password of my colleague in Düsseldorf')
  expect(all[0]).toBe('How can a password be reset?')
  expect(all.slice(1).sort()).toEqual(['Factory reset', 'Passwords'])
  const { items } = (await search('reset password')).body
  expect(items.map(({ rank }) => rank >= 1)).toEqual([true, false, false])
  // where enough has all of them there is no room for the rest
  expect(await titles('reset password', 1)).toEqual(['How can a password be reset?'])
})

test('quotes, minus and or mean what they mean to search engines, also where not all words are found', async () => {
  const { text, titles } = await newKnowledge(node())
  await text('One', 'The red bicycle has a blue bell.')
  await text('Two', 'The blue bicycle has a red bell.')
  await text('Three', 'The tram has no bell.')
  expect(await titles('"red bicycle"')).toEqual(['One'])
  expect(await titles('"red bicycle" umbrella bell')).toEqual(['One'])
  expect((await titles('bell -bicycle')).sort()).toEqual(['Three'])
  expect((await titles('bell umbrella -tram')).sort()).toEqual(['One', 'Two'])
  expect((await titles('tram or "red bicycle"')).sort()).toEqual(['One', 'Three'])
  expect(await titles('-tram')).toEqual([])
})

test('each language is searched as it is inflected, also beside others in one agent', async () => {
  const { add, titles } = await newKnowledge(node())
  const known = [
    ['de', 'Häuser', 'Die schönen Häuser stehen am Fluss.', 'Haus schöne'],
    ['fr', 'Chevaux', 'Nous continuons les recherches.', 'continuer recherche'],
    ['en', 'Ponies', 'They were running quickly.', 'pony run'],
    ['es', 'Casas', 'Corriendo por las calles.', 'casa correr'],
    ['ru', 'Книги', 'Хорошие книги.', 'книга'],
    ['xx', 'Naiz', 'Etxean nago.', 'etxean'],
  ] as const
  for (const [language, title, content] of known) await add({ kind: 'text', title, content, language })
  for (const [language, title, , q] of known) expect({ language, found: (await titles(q))[0] }).toEqual({ language, found: title }) // prettier-ignore
  expect(await titles('etxea')).toEqual([])
})

test('a resource is found by what it says now, in the language that it has now', async () => {
  const { owner, all, text, titles } = await newKnowledge(node())
  const { id } = await text('Häuser', 'Autos und Züge')
  expect(await titles('Haus')).toEqual([])
  await owner.patch(`${all}/${id}`, { language: 'de' })
  expect(await titles('Haus')).toEqual(['Häuser'])
  await owner.patch(`${all}/${id}`, { content: 'Schiffe' })
  expect(await Promise.all([titles('Auto'), titles('Schiff')])).toEqual([[], ['Häuser']])
  await owner.delete(`${all}/${id}`)
  expect(await titles('Schiff')).toEqual([])
})

test('62 the same text of another agent, of the workspace or elsewhere, is never found', async () => {
  const one = await newKnowledge(node())
  const { body: sibling } = await one.owner.createAgent(one.place.workspaceId, 'Sibling')
  const two = knowledgeOf(node(), one.owner, { ...one.place, agentId: sibling.id })
  const three = await newKnowledge(node())
  for (const [name, knowledge] of [['One', one], ['Two', two], ['Three', three]] as const) await knowledge.text(name, 'The very same words.') // prettier-ignore
  expect(await one.titles('the very same words')).toEqual(['One'])
  expect(await two.titles('"same words" or anything')).toEqual(['Two'])
  expect(await three.titles('words of anybody else')).toEqual(['Three'])
})

test.each([
  `'); drop table passages; --`,
  '!!! & | ( ) <-> :* ',
  String.raw`\\ \' \0 %_ $1 \u0000`,
  `"unclosed`,
  `-"a" -"`,
  '----',
  `'''' '' '`,
  'or or or',
  'a:*B & c:A',
  '🙂 ﷽ ا ½ ‮ ',
  'https://example.com/a?b=1&c=2|d#!e',
  'x'.repeat(500),
  'İ'.repeat(250) + ' ' + 'ß'.repeat(249),
  '" '.repeat(250),
  '- '.repeat(250),
  '-! '.repeat(160),
  '-"" '.repeat(120),
])('127 %j is looked for like anything else', async (q) => {
  const { text, search } = await newKnowledge(node())
  await text(q.slice(0, 200).replace(/[^\p{L}\p{N} ]/gu, '') + 'title', 'https://example.com/a?b=1&c=2|d')
  const answer = await search(q)
  expect(answer.status).toBe(q.trim() === '' ? 400 : 200)
})

test('127 whatever is asked, it is a question to PostgreSQL', async () => {
  const { place, text } = await newKnowledge(node())
  await text('a b', 'a b')
  const piece = fc.constantFrom('-', '"', "'", ' ', 'or', 'a', 'b-', '!', '&', '|', '(', ')', ':*', '\\', '<->', '\t', 'é', '😀', '.', '/')
  const asked = fc.sample(fc.array(piece, { maxLength: 200, size: 'max' }), 3_000).map((pieces) => questionOf(pieces.join('')))
  const column = (name: keyof Question) => asked.map((one) => one[name])
  const scope = { workspace: place.workspaceId, agent: place.agentId }
  const [[row]] = await readWithin(node().sql, scope, (tx) => [
    tx<{ found: number }[]>`
      select count(*) as found
      from unnest(${column('question')}::text[], ${column('binding')}::text[], ${column('loose')}::text[]) as q (a, b, c),
        search_passages(a, b, c, 10)`,
  ])
  expect(row?.found).toBeGreaterThan(0)
}) // prettier-ignore

test.each([['q='], ['q=%20'], ['q=a%00b'], ['q=' + 'x'.repeat(501)], ['q=a&limit=0'], ['q=a&limit=51'], ['limit=5'], ['q=a&q=b'], ['q=a&agentId=b']])('%s is refused', async (query) => {
  const { owner, path } = await newKnowledge(node())
  expect(await owner.get(`${path}/search?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
}) // prettier-ignore

test('every language has a configuration, and PostgreSQL has it', async () => {
  const known = await node().owner<{ name: string }[]>`select cfgname as name from pg_ts_config`
  const names = known.map(({ name }) => name)
  expect(languages.filter((language) => !names.includes(searchConfigurations[language]))).toEqual([])
  const [{ body = '' } = {}] = await node().owner<{ body: string }[]>`
    select pg_get_functiondef('search_passages'::regproc) as body`
  expect(languages.filter((language) => !body.includes(searchConfigurations[language]))).toEqual([])
})
