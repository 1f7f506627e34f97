import { parse, parseCss, type AST } from 'svelte/compiler'
import { expect, test } from 'vitest'
import { clientFiles, type SourceFile } from '#tests/support/client-files.ts'

// A page whose lines run from right to left is the same page mirrored: its styles know a start and an end, no left and right.

/** A chart’s time runs from left to right in every language. */
const charts = new Set(['components/SeatChart.svelte'])

test('no style of the client names the left or the right', () => {
  const found = clientFiles('.svelte', '.css')
    .filter(({ file }) => !charts.has(file))
    .flatMap((source) =>
      declarationsIn(source)
        .filter(isPhysical)
        .map(({ property, value }) => `${source.file}: ${property}: ${value}`),
    )
  expect(found).toEqual([])
})

test('what names a side is seen', () => {
  const physical = ['margin-left: 1px', 'border-right-color: red', 'left: 0', 'text-align: right', 'float: left', 'padding: 1px 2px 3px 4px', 'border-radius: 1px 0 0 1px', 'border-top-left-radius: 0', 'translate: -50% 0', 'transform: translateX(4px)'] // prettier-ignore
  const logical = ['margin-inline-start: 1px', 'inset-inline: 0', 'text-align: start', 'padding: 1px 2px 3px', 'border-radius: 1px 1px 0 0', 'translate: 0 8px', 'translate: calc(var(--toward-start) * -16px) 0'] // prettier-ignore
  for (const one of physical) expect([one, declared(one).some(isPhysical)]).toEqual([one, true])
  for (const one of logical) expect([one, declared(one).some(isPhysical)]).toEqual([one, false])
})

type Declaration = { property: string; value: string }

function isPhysical({ property, value }: Declaration): boolean {
  if (/(^|-)(left|right)(-|$)/.test(property)) return true
  if (/^(text-align|float|clear|caption-side)$/.test(property)) return /\b(left|right)\b/.test(value)
  const parts = value.match(/(?:[\w-]*\((?:[^()]|\([^()]*\))*\)|[^\s]+)/g) ?? []
  const [first, second, third, fourth] = parts
  if (/^(margin|padding|inset|border-width|border-style|border-color)$/.test(property)) return parts.length === 4 && second !== fourth // prettier-ignore
  if (property === 'border-radius') return parts.length === 4 && !(first === second && third === fourth)
  if (property === 'translate') return first !== '0' && first !== 'none' && !value.includes('--toward-start')
  return property === 'transform' && /translate(X|3d)?\(/.test(value) && !value.includes('--toward-start')
}

function declarationsIn({ file, text }: SourceFile): Declaration[] {
  const css = file.endsWith('.css') ? parseCss(text) : parse(text, { modern: true }).css
  return css ? declarationsOf(css) : []
}

function declared(declaration: string): Declaration[] {
  return declarationsOf(parseCss(`a { ${declaration} }`))
}

function declarationsOf(node: unknown): Declaration[] {
  if (Array.isArray(node)) return node.flatMap(declarationsOf)
  if (typeof node !== 'object' || node === null) return []
  if ('type' in node && node.type === 'Declaration') return [node as AST.CSS.Declaration]
  return Object.values(node).flatMap(declarationsOf)
}
