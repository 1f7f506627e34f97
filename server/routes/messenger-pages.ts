import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createMiddleware } from 'hono/factory'
import { messengerParams } from '#shared/protocol/visitors.ts'
import { findMessenger } from '../messenger/queries/find.ts'
import { builtFiles } from './compressed.ts'
import type { Env, Services } from './env.ts'
import type { Router } from './router.ts'

const nowhere = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Nobody is here</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"></head>
<body><p>There is nobody to write to at this address.</p></body></html>`

/** The visitors' page of each agent, and the script that shows it on other sites. */
export function messengerPages(router: Router, { core }: Services, clientDir: string): void {
  const page = readFileSync(path.join(clientDir, 'messenger/index.html'), 'utf8')
  router.get('/m/:agentId', async (c) => {
    const { data } = messengerParams.safeParse(c.req.param())
    const found = data && (await findMessenger(core.sql, data.agentId))
    if (!found) return c.html(nowhere, 404)
    c.set('framers', found.origins)
    return c.html(page, 200, { 'Cache-Control': 'no-cache' })
  })
  router.use('/messenger.js', builtFiles(path.relative(process.cwd(), clientDir) || '.', 'public, max-age=300'))
}

/** What other sites may show is shown there and on no other: set last, in place of the policy of our own pages. */
export const framed = createMiddleware<Env>(async (c, next) => {
  await next()
  if (c.req.path === '/messenger.js') c.header('Cross-Origin-Resource-Policy', 'cross-origin')
  const framers = c.get('framers')
  if (!framers?.length) return
  const policy = c.res.headers.get('Content-Security-Policy') ?? ''
  c.header('Content-Security-Policy', policy.replace(/frame-ancestors [^;]*/, `frame-ancestors ${framers.join(' ')}`))
  c.header('Cross-Origin-Resource-Policy', 'cross-origin')
  c.res.headers.delete('X-Frame-Options')
})
