import { readConfig } from './config.ts'
import { endedConnection } from './core/failures.ts'
import { fillDemo } from './demo.ts'
import { startNode } from './node.ts'

/** How long a clean end may take, in milliseconds. */
const patience = 10_000
let ending = false

try {
  const starting = startNode(readConfig(process.env))
  endCleanly(async () => (await starting).stop())
  const node = await starting
  process.stdout.write(`\n  Rollcall is running at ${node.url}\n`)
  if (!process.env['SMTP_URL']) process.stdout.write(`  Emails are kept at ${node.url}/dev/mail\n`)
  if (process.argv.includes('--demo')) process.stdout.write(await fillDemo(node))
  process.stdout.write('\n')
} catch (error) {
  // an end that was asked for meanwhile breaks off what was under way, and exits by itself
  if (!ending) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}

/** From the first moment on: a start that is broken off must not leave its PostgreSQL behind. */
function endCleanly(stop: () => Promise<void>): void {
  const end = (code: number): void => {
    if (ending) return
    ending = true
    setTimeout(() => process.exit(1), patience).unref()
    stop().then(
      () => process.exit(code),
      () => process.exit(1),
    )
  }
  process.on('SIGINT', () => end(0))
  process.on('SIGTERM', () => end(0))
  // what nobody expected must not limp on: end cleanly, and let the supervisor start afresh
  for (const name of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(name, (error: unknown) => {
      // postgres.js asks each new connection for its types and does not listen to how that ends; it opens another one
      if (name === 'unhandledRejection' && endedConnection(error)) return
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      end(1)
    })
  }
}
