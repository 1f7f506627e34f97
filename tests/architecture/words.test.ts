import { parse } from 'svelte/compiler'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { clientFiles } from '#tests/support/client-files.ts'

// What stands on a page stands in the catalogue: a text beside it would be in one language for everybody.

/** Attributes, of elements and of our components, that people read. */
const read = new Set(['action', 'alt', 'aria-label', 'aria-description', 'heading', 'hint', 'label', 'legend', 'of', 'placeholder', 'text', 'title', 'verb']) // prettier-ignore

/** The same in every language: the brand, examples of addresses, and words of protocols. */
const exceptions = [/^(· )?Rollcall$/, /^https:\/\/\S+$/, /^\S+@example\.com$/, /^webhook-id:$/, /^\/w\/$/]

test('no markup of the client has a text of its own', () => {
  const found = clientFiles('.svelte').flatMap(({ file, text }) =>
    textsIn(parse(text, { modern: true }).fragment).map((one) => `${file}: ${one}`),
  )
  expect(found).toEqual([])
})

test('no script of the client has a sentence of its own', () => {
  const found = clientFiles('.svelte', '.ts')
    .filter(({ file }) => !file.startsWith('messages/') && !notOfPages.some((folder) => file.startsWith(folder)))
    .flatMap(({ file, text }) => sentencesIn(scriptOf(file, text)).map((one) => `${file}: ${one}`))
  expect(found).toEqual([])
})

/** The package speaks English with its programmers; the embed script has words of its own beside it. */
const notOfPages = ['sdk/', 'messenger/embed']

test('a text, an attribute and a choice between two texts are seen', () => {
  const seen = (markup: string) => textsIn(parse(markup, { modern: true }).fragment)
  expect(seen('<p>Hello there</p>')).toEqual(['Hello there'])
  expect(seen('<input placeholder="Your name" />')).toEqual(['Your name'])
  expect(seen('<Field label="Name of {who}" />')).toEqual(['Name of'])
  expect(seen("<p>{some ? 'One match' : words.more}</p>")).toEqual(['One match'])
  expect(seen("<p class='some' role={words.a}>{words.b} · 1</p> <code>Authorization</code>")).toEqual([])
  expect(sentencesIn("tell({ text: 'It is saved.' }); throw new Error('Not for people.')")).toEqual(['It is saved.'])
})

type Node = Record<string, unknown> & { type?: string; name?: string }

function textsIn(node: unknown, within = ''): string[] {
  if (Array.isArray(node)) return node.flatMap((one) => textsIn(one, within))
  if (typeof node !== 'object' || node === null) return []
  const { type, name, ...parts } = node as Node
  if (type === 'RegularElement' && name === 'code') return []
  if (type === 'Attribute') return read.has(name ?? '') ? textsIn(parts['value'], 'text') : []
  if (type === 'Text') return worded(String(parts['data']))
  if (type === 'ExpressionTag') return shownBy(parts['expression'])
  if (type === 'Comment' || type === 'SpreadAttribute' || type?.endsWith('Directive')) return []
  return Object.entries(parts).flatMap(([key, part]) => (isMarkup(key) ? textsIn(part, within) : []))
}

function isMarkup(key: string): boolean {
  return ['nodes', 'fragment', 'attributes', 'body', 'consequent', 'alternate', 'fallback', 'pending', 'then', 'catch'].includes(key) // prettier-ignore
}

/** What an expression may put on the page: of a choice both, of `a ?? b` both. */
function shownBy(expression: unknown): string[] {
  const { type, ...node } = expression as Node
  if (type === 'Literal') return typeof node['value'] === 'string' ? worded(node['value']) : []
  if (type === 'TemplateLiteral')
    return (node['quasis'] as { value: { raw: string } }[]).flatMap(({ value }) => worded(value.raw))
  if (type === 'ConditionalExpression') return [...shownBy(node['consequent']), ...shownBy(node['alternate'])]
  if (type === 'LogicalExpression') return [...shownBy(node['left']), ...shownBy(node['right'])]
  return []
}

function worded(text: string): string[] {
  const trimmed = text.trim()
  return /\p{L}/u.test(trimmed) && !exceptions.some((one) => one.test(trimmed)) ? [trimmed] : []
}

function scriptOf(file: string, text: string): string {
  if (!file.endsWith('.svelte')) return text
  const { instance, module } = parse(text, { modern: true })
  return [module, instance].map((script) => (script ? text.slice(script.start, script.end).replace(/^<script[^>]*>|<\/script>$/g, '') : '')).join('\n')
} // prettier-ignore

/** Literals that read like sentences; what an `Error` says is for programmers. */
function sentencesIn(script: string): string[] {
  const found: string[] = []
  visit(ts.createSourceFile('script.ts', script, ts.ScriptTarget.Latest, true))
  return found

  function visit(node: ts.Node): void {
    if (ts.isNewExpression(node) && node.expression.getText() === 'Error') return
    const text = literalOf(node)
    if (/^(\p{Lu}|\{\})/u.test(text) && / /.test(text) && /\p{Ll}{2}/u.test(text)) found.push(text)
    ts.forEachChild(node, visit)
  }
}

/** A literal's text, with `{}` for what is put into it. */
function literalOf(node: ts.Node): string {
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join('')
  return ts.isStringLiteralLike(node) ? node.text : ''
} // prettier-ignore
