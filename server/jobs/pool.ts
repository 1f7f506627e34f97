import { Client, Pool } from 'pg'
import { patience } from '../db/connection.ts'
import type { Log } from '../log.ts'

/** The longest that the queue's own statements may take, in milliseconds; the server ends them, or else we do. */
const deadlines = { connect: 5_000, statement: 5_000, answer: 6_000 }

/** The connections of graphile-worker, as the user who owns the queue. They give up on what takes too long, as ours do. */
export function openPool(databaseUrl: string, max: number, log: Log): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    max,
    application_name: 'rollcall-jobs',
    connectionTimeoutMillis: deadlines.connect,
    lock_timeout: patience.lock,
    statement_timeout: deadlines.statement,
    idle_in_transaction_session_timeout: deadlines.statement,
    // whoever only listens asks nothing that could stay unanswered
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    Client: MortalClient,
  })
  // A runner listens for as long as it runs; while one gives way to another nobody would, and the process would end.
  const lost = (error: Error): void => log.warn({ err: error }, 'a connection of the queue was lost')
  return pool.on('error', lost).on('connect', (client) => void client.on('error', lost))
}

/** Its connection ends where an answer does not come: into a black hole graphile-worker would ask for ever. */
class MortalClient extends Client {
  constructor(...config: ConstructorParameters<typeof Client>) {
    super(...config)
    const ask = this.query.bind(this) as (...words: unknown[]) => unknown
    this.query = ((...words: unknown[]) => {
      const answer = ask(...words)
      if (!(answer instanceof Promise)) return answer
      let answered = false
      const giveUp = () => {
        if (!answered) this.connection.stream.destroy()
      }
      // a process that was stopped meanwhile reads the answer that waits for it before it judges
      const late = setTimeout(() => setImmediate(giveUp), deadlines.answer)
      return answer.finally(() => {
        answered = true
        clearTimeout(late)
      })
    }) as typeof this.query
  }
}
