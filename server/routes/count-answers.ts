import { createMiddleware } from 'hono/factory'
import type { Metrics } from '../metrics.ts'
import type { Env } from './env.ts'

/** How many answers of which kind, and how long they took. */
export function countAnswers({ answers, requests }: Metrics) {
  return createMiddleware<Env>(async (c, next) => {
    const took = requests.startTimer()
    await next()
    const status = String(c.res.status)
    took({ status })
    answers.inc({ status, code: c.get('code') ?? '' })
  })
}
