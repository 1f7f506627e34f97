import path from 'node:path'
import { ESLint } from 'eslint'
import { expect, test } from 'vitest'

const eslint = new ESLint({ cwd: path.resolve(import.meta.dirname, '../..') })
const rules = /no-restricted-(globals|properties|imports|syntax)/

/** What the linter says against this text if it stood in an existing file of ours. */
async function saidOf(text: string, file: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: path.join(import.meta.dirname, '../..', file) })
  return (result?.messages ?? []).filter(({ ruleId }) => rules.test(ruleId ?? '')).map(({ message }) => message)
}

test.each([
  `void fetch('http://example.com')`,
  `void globalThis.fetch('http://example.com')`,
  `new WebSocket('ws://example.com')`,
  `new EventSource('http://example.com')`,
  `import { request } from 'undici'\nvoid request`,
  `import { request } from 'node:http'\nvoid request`,
  `import http from 'node:http'\nvoid http.get`,
  `import * as https from 'https'\nvoid https.get`,
  `import { get } from 'node:https'\nvoid get`,
  `import { connect } from 'node:http2'\nvoid connect`,
  `export { request } from 'node:http'`,
  `void (await import('node:http'))`,
  `import { RequestFilteringHttpAgent } from 'request-filtering-agent'\nvoid RequestFilteringHttpAgent`,
])('150 no file of the server gets past the guarded client: %s', async (text) => {
  for (const file of ['server/agents/follow.ts', 'server/jobs/queue.ts', 'server/node.ts']) {
    expect((await saidOf(text, file)).join()).toContain('server/outbound/request.ts')
  }
})

test('150 the guarded client itself, what listens and what are types alone are as they are', async () => {
  expect(await saidOf(`import http from 'node:http'\nvoid http.request`, 'server/outbound/request.ts')).toEqual([])
  expect(await saidOf(`import { createServer } from 'node:http'\nvoid createServer`, 'server/metrics.ts')).toEqual([])
  expect(await saidOf(`import type { IncomingMessage } from 'node:http'\nexport type A = IncomingMessage`, 'server/node.ts')).toEqual([]) // prettier-ignore
  // the older rules of these names still stand beside it
  expect(await saidOf(`Object.assign({}, {})`, 'server/node.ts')).toHaveLength(1)
  expect(await saidOf(`void process.env['PATH']`, 'server/node.ts')).toHaveLength(1)
})
