import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { germanOf } from '#client/state/refusal.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** What never comes to a page: mails, assistants' own languages, failures of the node itself, and words for programmers. */
const notOfPages = ['server/mail/', 'server/messenger/assistant/', 'server/db/', 'server/embedded/', 'server/billing/', 'server/agents/integrations/news.ts', 'server/agents/webhooks/', 'server/node.ts', 'server/metrics.ts', 'server/paths.ts', 'server/config', 'server/demo', 'server/secrets/', 'server/jobs/worker.ts', 'server/routes/by-key.ts', 'server/routes/as-visitor.ts', 'server/routes/guard.ts'] // prettier-ignore

/** What only programs are told that come with an API key, or another server. */
const notForPeople = [/\ban API key\b/, /^This is larger than an event is\.$/]

/** Sentences whose code says as much in German: see `refusalsInGerman`. */
const saidByCode = /^new Refusal\(/

test('whatever a schema can say of a field is known in German', () => {
  const unknown = sentencesUnder('shared').filter(
    ({ text }) => !/^Not (the name of a stream|a page of a workspace)\.$/.test(text) && !known(text),
  )
  expect(unknown.map(({ file, text }) => `${file}: ${text}`)).toEqual([])
})

test('whatever the server says besides a code, or with more than the code says, is known in German', () => {
  const unknown = sentencesUnder('server').filter(
    ({ file, text, within }) =>
      !notOfPages.some((place) => file.startsWith(place)) &&
      !notForPeople.some((one) => one.test(text)) &&
      !(saidByCode.test(within) && !text.includes('{}')) &&
      !known(text),
  )
  expect(unknown.map(({ file, text }) => `${file}: ${text}`)).toEqual([])
})

function known(text: string): boolean {
  return germanOf(text.replaceAll('{}', '7')) !== null
}

type Sentence = { file: string; text: string; within: string }

function sentencesUnder(folder: string): Sentence[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => sentencesIn(`${folder}/${name}`))
}

/** Literals that are sentences, except what an `Error` or the API's documentation says to programmers. */
function sentencesIn(file: string): Sentence[] {
  const found: Sentence[] = []
  visit(ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true))
  return found

  function visit(node: ts.Node): void {
    if (ts.isNewExpression(node) && node.expression.getText() === 'Error') return
    if (ts.isPropertyAssignment(node) && /^(description|summary|title)$/.test(node.name.getText())) return
    const text = textOf(node)
    if (/^(\p{Lu}|\{\}).* .*[.?!]$/u.test(text)) found.push({ file, text, within: node.parent.getText() })
    ts.forEachChild(node, visit)
  }
}

function textOf(node: ts.Node): string {
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join('')
  return ts.isStringLiteralLike(node) ? node.text : ''
} // prettier-ignore
