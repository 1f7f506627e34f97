import { noteIntegrationProblem } from '../agents/commands/note-integration-problem.ts'
import { handOn, type Way } from '../agents/integrations/hand-on.ts'
import { newConversation } from '../agents/integrations/news.ts'
import { readTold } from '../agents/queries/integrations.ts'
import { runCommand, type Core } from '../core/run-command.ts'
import { writeWithin } from '../core/tenant.ts'
import { integrationPlace } from '../secrets/places.ts'
import type { Seal } from '../secrets/seal.ts'
import type { Jobs } from './enqueue.ts'

type Job = Jobs['tell-integration']

/** Seconds until it is tried again; after that it is given up. */
const pauses = [30, 120]
/** Conversations in an hour that an email is sent of: whoever opens more of them does not fill somebody's mailbox. */
const mostEmailsInAnHour = 30
const tooMany = `More than ${mostEmailsInAnHour} conversations began within an hour: no emails tell of the others.`

/** Tells an integration of a new conversation. Whether it worked shows on the integration. */
export function tellIntegration({ core, seal, ...way }: Way & { core: Core; seal: Seal }) {
  return async (job: Job): Promise<void> => {
    const told = await readTold(core.sql, job)
    if (!told) return
    const { integration, place, firstMessage } = told
    const { workspaceId, agentId, integrationId, conversationId } = job
    const note = (problem: string | null) =>
      runCommand(core, noteIntegrationProblem, { workspaceId, agentId, integrationId, sealedTarget: integration.sealedTarget, problem }) // prettier-ignore
    if (integration.kind === 'email' && told.earlier >= mostEmailsInAnHour) {
      await note(tooMany)
      return
    }
    const target = seal.open(integration.sealedTarget, integrationPlace({ workspaceId, agentId, id: integrationId }))
    const link = `${way.publicUrl}/w/${place.handle}/agents/${agentId}`
    const news = newConversation(`${integrationId} ${conversationId}`, { ...place, link }, firstMessage)
    const problem = await handOn(way, integration.kind, target, news)
    const pause = pauses[job.attempt - 1]
    if (problem !== null && pause !== undefined) await tryAgainIn(core, job, pause)
    else await note(problem)
  }
}

function tryAgainIn({ sql }: Core, job: Job, seconds: number) {
  const next = JSON.stringify({ ...job, attempt: job.attempt + 1 })
  return writeWithin(sql, {}, (tx) => [
    tx`select enqueue_job('tell-integration', ${next}::text::json, clock_timestamp() + make_interval(secs => ${seconds}), null)`,
  ])
}
