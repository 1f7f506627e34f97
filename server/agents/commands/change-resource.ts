import type { Resource, ResourceChange } from '#shared/protocol/agents/knowledge.ts'
import { badInput, notFound } from '../../core/errors.ts'
import { actorOf, openAgent, openWith, requireAccess, type AgentCaller, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { indexResource } from '../index-resource.ts'
import { resourceWith, summaryOf } from '../resource-rows.ts'

type Input = AgentCaller & { resourceId: string; change: ResourceChange }

/** A field that is missing stays what it is. Title and text of a page are the page's: of it only the language changes. */
export const changeResource: Command<Input, InAgent & { found: Resource[] }, Resource> = {
  open: (tx, input) => openWith(openAgent(tx, input, 'part'), resourceWith(tx, input, true)),
  async run(unit, { change }) {
    const { tx, draft, workspaceId, agent, actor, at } = unit
    requireAccess(actor, 'agent.edit', 'knowledge:write')
    const [before] = unit.found
    if (!before) throw notFound()
    for (const field of ['title', 'content'] as const) {
      if (before.kind === 'url' && change[field] !== undefined)
        throw badInput(field, 'This is read from the page: change it there, then read the page again.')
    }
    const title = change.title ?? before.title
    const content = change.content ?? before.content
    const language = change.language ?? before.language
    if (title === before.title && content === before.content && language === before.language) return before
    const resource = { ...before, title, content, language, updatedAt: at }
    draft.send(tx`
      update resources
      set title = ${title}, content = ${content}, language = ${language}, updated_at = ${at}
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${before.id}`)
    indexResource(unit, { workspaceId, agentId: agent.id }, resource)
    draft.append('agent', agent.id, 'resource.updated', { resource: summaryOf(resource) }, { actor: actorOf(actor) })
    return resource
  },
}
