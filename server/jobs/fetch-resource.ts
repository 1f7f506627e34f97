import { finishFetch, type Outcome } from '../agents/commands/finish-fetch.ts'
import { postponeFetch } from '../agents/commands/postpone-fetch.ts'
import { PageProblem } from '../agents/pages/page-problem.ts'
import { readPage, type PageParts } from '../agents/pages/read-page.ts'
import { readPageToRead } from '../agents/queries/page-to-read.ts'
import { runCommand, type Core } from '../core/run-command.ts'
import type { Log } from '../log.ts'
import type { Jobs } from './enqueue.ts'

/** Seconds until a page that cannot be read for now is tried again; after the last time it has failed. */
const pauses = [2, 10]
/** How often a page is begun that we fail to read, by no doing of its own, before whoever waits for it is told. */
const mostBegun = 4

/** Reads a page of a knowledge base. Begun twice, it reads it twice and writes it down once. */
export function fetchResource({ core, log, ...parts }: PageParts & { core: Core; log: Log }) {
  return async (job: Jobs['fetch-resource'], _ending: AbortSignal, begun: number): Promise<void> => {
    const { takeLanguage, attempt, ...ids } = job
    const url = await readPageToRead(core.sql, ids)
    if (url === null) return
    const read = await readPage(parts, url).catch((error: unknown) => {
      if (error instanceof PageProblem) return error
      if (begun < mostBegun) throw error
      log.error({ err: error, resourceId: ids.resourceId }, 'a page could not be read, by no fault of its own')
      return new PageProblem('Something went wrong here while it was read. Have it read again later.')
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
