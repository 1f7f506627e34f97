import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { serveStatic } from '@hono/node-server/serve-static'
import type { Context } from 'hono'
import type { Env } from './env.ts'
import { etagOf } from './etag.ts'

/** Shorter answers are on their way sooner as they are, in bytes. */
const fewestBytes = 8 * 1024
const shrink = promisify(gzip)

/** JSON that may be megabytes: compressed where that pays and the asker takes it, 304 where they have it already. */
export async function answerLarge(c: Context<Env>, value: object): Promise<Response> {
  const body = JSON.stringify(value)
  const etag = etagOf(body)
  c.header('Vary', 'Accept-Encoding', { append: true })
  const takes = body.length >= fewestBytes && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
  // of another encoding the bytes are others, so the tag is a weak one (RFC 9110, 8.8.1)
  c.header('ETag', takes ? `W/${etag}` : etag)
  if (c.req.header('if-none-match')?.replace(/^W\//, '') === etag) return c.body(null, 304)
  c.header('Content-Type', 'application/json')
  if (!takes) return c.body(body)
  c.header('Content-Encoding', 'gzip')
  return c.body(await shrink(body, { level: constants.Z_BEST_SPEED }))
}

/** Built files, each as it was compressed at the build (client/precompress.config.ts) if the browser takes that. */
export function builtFiles(root: string, cacheControl: string) {
  return serveStatic({ root, precompressed: true, onFound: (_, c) => c.header('Cache-Control', cacheControl) })
}
