import { createHash } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import { notFound } from '../core/errors.ts'
import type { Sql } from '../db/sql.ts'
import { escaped } from '../mail/page.ts'
import type { Env } from './env.ts'
import type { Router } from './router.ts'

type Kept = { to: string; subject: string; text: string; html: string; sentAt: string }

/**
 * The mailbox of a local installation without SMTP. Composed only there, and shown to this machine alone: whoever reads
 * it has every link, and a neighbour in the network can write `Host: localhost` too.
 */
export function mailboxRoutes(router: Router, sql: Sql): void {
  const onThisMachine = createMiddleware<Env>(async (c, next) => {
    if (!isThisMachine(c.get('address'))) throw notFound()
    await next()
  })
  router.get('/dev/mail.json', onThisMachine, async (c) => c.json(await readMailbox(sql)))
  router.get('/dev/mail', onThisMachine, async (c) => c.html(page(await readMailbox(sql))))
}

function isThisMachine(address: string): boolean {
  return address.startsWith('127.') || address === '0:0:0:0::/64'
}

async function readMailbox(sql: Sql): Promise<Kept[]> {
  return sql.run(
    (tx) => tx<Kept[]>`
      select recipient as "to", subject, text, html, sent_at from mailbox order by id desc limit 500`,
  )
}

const style = `:root{color-scheme:light dark}body{font:15px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
article{border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-radius:10px;padding:1rem 1.25rem;margin:1rem 0}
h2{font-size:1.05rem;margin:0}p{margin:.25rem 0;opacity:.8}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}`

/** How a policy names the style of the mailbox page. */
export const mailboxStyle = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

function page(mails: Kept[]): string {
  const list = mails.map(
    ({ to, subject, text, sentAt }) => `<article><h2>${escaped(subject)}</h2>
<p>To <strong>${escaped(to)}</strong> · <time datetime="${sentAt}">${sentAt.slice(0, 16).replace('T', ' ')} UTC</time></p>
<pre>${escaped(text).replace(/https?:\/\/\S+/g, (link) => `<a href="${link}">${link}</a>`)}</pre></article>`,
  )
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mailbox · Rollcall</title><style>${style}</style></head>
<body><h1>Mailbox</h1><p>Emails that would have been sent: no SMTP server is set.</p>${list.join('') || '<p>No email yet. Invite somebody and reload.</p>'}</body></html>`
}
