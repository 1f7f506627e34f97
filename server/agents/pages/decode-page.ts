import type { Answer } from '../../outbound/request.ts'
import { PageProblem } from './page-problem.ts'

export type PageText = { kind: 'html' | 'plain'; text: string }

const kinds: Readonly<Record<string, PageText['kind']>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/plain': 'plain',
}
/** How far into a page browsers look for what it says about its letters. */
const beginning = 1024

/** What was sent, as letters: by the header, by the page's own word, or as UTF-8. */
export function decodePage({ headers, body }: Pick<Answer, 'headers' | 'body'>): PageText {
  const type = headers['content-type'] ?? ''
  const kind = kinds[(type.split(';')[0] ?? '').trim().toLowerCase()]
  if (!kind) throw new PageProblem('It is not a page of text.')
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') throw new PageProblem('It came compressed, which was not asked for.')
  const charset = charsetIn(type) ?? markOf(body) ?? (kind === 'html' ? charsetIn(metaIn(body)) : undefined) ?? 'utf-8'
  return { kind, text: decoded(body, charset) }
}

function charsetIn(text: string): string | undefined {
  return /charset\s*=\s*["']?\s*([\w:.-]{1,40})/i.exec(text)?.[1]
}

/** A byte order mark. */
function markOf(body: Buffer): string | undefined {
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be'
  return body[0] === 0xff && body[1] === 0xfe ? 'utf-16le' : undefined
}

/** The tag in which a page says it, or what an XML declaration says. */
function metaIn(body: Buffer): string {
  const head = body.subarray(0, beginning).toString('latin1')
  const declared = /^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w:.-]{1,40})/i.exec(head)?.[1]
  return declared ? `charset=${declared}` : (/<meta[^>]{0,300}charset[^>]{0,100}/i.exec(head)?.[0] ?? '')
}

/** Whatever a page calls its letters: what is no name of any is read as UTF-8, like the page of somebody who says nothing. */
function decoded(body: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    return new TextDecoder().decode(body)
  }
}
