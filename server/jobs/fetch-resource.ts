import { finishFetch, type Outcome } from '../agents/commands/finish-fetch.ts'
import { postponeFetch } from '../agents/commands/postpone-fetch.ts'
import { PageProblem } from '../agents/pages/page-problem.ts'
import { readPage, type PageParts } from '../agents/pages/read-page.ts'
import { readPageToRead } from '../agents/queries/page-to-read.ts'
import { runCommand, type Core } from '../core/run-command.ts'
import type { Jobs } from './enqueue.ts'

/** Seconds until a page that cannot be read for now is tried again; after the last time it has failed. */
const pauses = [2, 10]

/** Reads a page of a knowledge base. Begun twice, it reads it twice and writes it down once. */
export function fetchResource({ core, ...parts }: PageParts & { core: Core }) {
  return async (job: Jobs['fetch-resource']): Promise<void> => {
    const { takeLanguage, attempt, ...ids } = job
    const url = await readPageToRead(core.sql, ids)
    if (url === null) return
    const read = await readPage(parts, url).catch((error: unknown) => {
      if (error instanceof PageProblem) return error
      throw error
    })
    const seconds = read instanceof PageProblem && read.passing ? pauses[attempt - 1] : undefined
    if (seconds === undefined) await runCommand(core, finishFetch, { ...ids, outcome: outcomeOf(read, takeLanguage) })
    else await runCommand(core, postponeFetch, { ...job, seconds })
  }
}

function outcomeOf(read: Awaited<ReturnType<typeof readPage>> | PageProblem, takeLanguage: boolean): Outcome {
  if (read instanceof PageProblem) return { problem: read.message }
  return { ...read, language: takeLanguage ? read.language : null }
}
