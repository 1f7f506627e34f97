import { mostResources, type NewResource, type Resource } from '#shared/protocol/agents/knowledge.ts'
import { Refusal } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { actorOf, openAgent, requireAccess, type AgentCaller, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { fetchKey } from '../fetch-key.ts'
import { indexResource } from '../index-resource.ts'
import { nameOfPage } from '../pages/name-of-page.ts'
import { summaryOf } from '../resource-rows.ts'

/** `permit` throws where no further page may be read for this agent now. */
type Input = AgentCaller & { resource: NewResource; permit: () => Promise<void> }

/** The agent is locked: nobody makes one more than there may be. A page is read by a job, and is found once it was. */
export const createResource: Command<Input, InAgent, Resource> = {
  open: (tx, input) => openAgent(tx, input, 'whole'),
  async run(unit, { resource: given, permit }) {
    const { tx, draft, workspaceId, agent, actor, at } = unit
    requireAccess(actor, 'agent.edit', 'knowledge:write')
    const [there] = await tx<{ count: number }[]>`
      select count(*) from resources where workspace_id = ${workspaceId} and agent_id = ${agent.id}`
    if (there && there.count >= mostResources) {
      throw new Refusal('limit_reached', `A knowledge base has at most ${mostResources} resources. Delete one first.`)
    }
    const ids = { workspaceId, agentId: agent.id }
    const resource = { ...fieldsOf(given), id: newId(), language: given.language ?? agent.language, problem: null, fetchedAt: null, createdAt: at, updatedAt: at } // prettier-ignore
    const { id, kind, title, content, url, language, status } = resource
    draft.send(tx`
      insert into resources
        (id, workspace_id, agent_id, kind, title, content, url, language, status, created_at, updated_at)
      values
        (${id}, ${workspaceId}, ${agent.id}, ${kind}, ${title}, ${content}, ${url}, ${language}, ${status}, ${at}, ${at})`)
    if (kind === 'url') {
      await permit()
      const payload = { ...ids, resourceId: id, takeLanguage: given.language === undefined, attempt: 1 }
      draft.send(enqueue(tx, { task: 'fetch-resource', payload, key: fetchKey(id) }))
    } else indexResource(unit, ids, resource)
    draft.append('agent', agent.id, 'resource.created', { resource: summaryOf(resource) }, { actor: actorOf(actor) })
    return resource
  },
}

type Fields = Pick<Resource, 'kind' | 'title' | 'content' | 'url' | 'status'>

function fieldsOf(given: NewResource): Fields {
  switch (given.kind) {
    case 'text':
      return { kind: 'text', title: given.title, content: given.content, url: null, status: 'ready' }
    case 'qa':
      return { kind: 'qa', title: given.question, content: given.answer, url: null, status: 'ready' }
    case 'url':
      return { kind: 'url', title: nameOfPage(given.url), content: '', url: given.url, status: 'fetching' }
  }
}
