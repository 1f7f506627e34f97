import type { Language } from '#shared/languages.ts'
import type { Resource } from '#shared/protocol/agents/knowledge.ts'
import type { Command } from '../../core/run-command.ts'
import { indexResource } from '../index-resource.ts'
import { openFetch, type Fetching } from '../open-fetch.ts'
import { summaryOf, type ResourceIds } from '../resource-rows.ts'

/** What was read of a page; `language` where it is to be the resource's. Or why it could not be, for people. */
export type Outcome = { title: string; content: string; language: Language | null } | { problem: string }

/** Writes down what became of a page. A failure leaves what was read before, to be found. */
export const finishFetch: Command<ResourceIds & { outcome: Outcome }, Fetching, void> = {
  open: openFetch,
  async run(unit, { outcome, ...ids }) {
    const { tx, draft, at, found } = unit
    if (!found) return
    const resource = finished(found, outcome, at)
    const { id, title, content, language, status, problem, fetchedAt } = resource
    draft.send(tx`
      update resources
      set
        title = ${title}, content = ${content}, language = ${language}, status = ${status}, problem = ${problem},
        fetched_at = ${fetchedAt}, updated_at = ${at}
      where workspace_id = ${ids.workspaceId} and agent_id = ${ids.agentId} and id = ${id} and status = 'fetching'`)
    const isAsBefore = title === found.title && content === found.content && language === found.language
    if (!isAsBefore) indexResource(unit, ids, resource)
    draft.append('agent', ids.agentId, 'resource.updated', { resource: summaryOf(resource) })
  },
}

function finished(found: Resource, outcome: Outcome, at: string): Resource {
  if ('problem' in outcome) return { ...found, status: 'failed', problem: outcome.problem, updatedAt: at }
  const { title, content, language } = outcome
  const read = { status: 'ready', problem: null, fetchedAt: at, updatedAt: at } as const
  return { ...found, title, content, language: language ?? found.language, ...read }
}
