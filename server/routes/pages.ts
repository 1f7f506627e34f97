import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { builtFiles } from './compressed.ts'
import type { Router } from './router.ts'

const immutable = 'public, max-age=31536000, immutable'

/** The built client: its files, and its one page for every URL that is not the API's. */
export function clientPages(router: Router, clientDir: string): void {
  const index = readFileSync(path.join(clientDir, 'index.html'), 'utf8')
  const root = path.relative(process.cwd(), clientDir) || '.'
  router.use('/assets/*', builtFiles(root, immutable))
  router.use('/favicon.svg', builtFiles(root, 'public, max-age=3600'))
  router.get('*', async (c, next) => {
    if (/^\/(api|socket\.io|dev|assets)(\/|$)/.test(c.req.path)) return next()
    return c.html(index, 200, { 'Cache-Control': 'no-cache' })
  })
}

/** The reference page of the API, from the OpenAPI document. */
export function docsPages(router: Router): void {
  const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  const file = (name: string) => readFileSync(path.join(folder, name), 'utf8')
  const start = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#reference', deepLinking: true })`
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>API reference · Rollcall</title>
<link rel="stylesheet" href="/api/docs/reference.css"></head><body><div id="reference"></div>
<script src="/api/docs/reference.js"></script><script src="/api/docs/start.js"></script></body></html>`
  router.get('/api/docs', (c) => c.html(page))
  router.get('/api/docs/reference.css', (c) => c.body(file('swagger-ui.css'), 200, { 'Content-Type': 'text/css' }))
  router.get('/api/docs/reference.js', (c) =>
    c.body(file('swagger-ui-bundle.js'), 200, { 'Content-Type': 'text/javascript' }),
  )
  router.get('/api/docs/start.js', (c) => c.body(start, 200, { 'Content-Type': 'text/javascript' }))
}
