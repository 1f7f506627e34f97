import type { Integration, NewIntegration } from '#shared/protocol/agents/integrations.ts'
import type { Delivery, NewWebhook, Webhook, WebhookWithSecret } from '#shared/protocol/agents/webhooks.ts'
import type { AgentEvent } from '#shared/protocol/events.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { followUp } from '#server/follow-up.ts'
import { runCommand, type Command } from '#server/core/run-command.ts'
import { enter } from '#server/core/tenant.ts'
import type { TestNode } from './node.ts'
import { newUser, type Answer, type Failure, type Person } from './people.ts'

/** An agent, and a person who edits it. */
export type Desk = { owner: Person; workspaceId: string; agentId: string; path: string }

/** An agent in a workspace of somebody's own. */
export async function newDesk(node: TestNode, agentName = 'Front desk'): Promise<Desk> {
  const owner = await newUser(node)
  const { id: workspaceId } = await owner.createWorkspace('Acme')
  const agentId = (await owner.createAgent(workspaceId, agentName)).body.id
  return { owner, workspaceId, agentId, path: `/api/workspaces/${workspaceId}/agents/${agentId}` }
}

export function createWebhook({ owner, path }: Desk, body: NewWebhook): Promise<Answer<WebhookWithSecret & Failure>> {
  return owner.post(`${path}/webhooks`, body)
}

export function createIntegration({ owner, path }: Desk, body: NewIntegration): Promise<Answer<Integration & Failure>> {
  return owner.post(`${path}/integrations`, body)
}

export async function webhookOf({ owner, path }: Desk, webhookId: string): Promise<Webhook> {
  const { items } = (await owner.get<PageOf<Webhook>>(`${path}/webhooks`)).body
  const found = items.find(({ id }) => id === webhookId)
  if (!found) throw new Error('There is no such webhook.')
  return found
}

export async function deliveriesOf({ owner, path }: Desk, webhookId: string, query = ''): Promise<Delivery[]> {
  return (await owner.get<PageOf<Delivery>>(`${path}/webhooks/${webhookId}/deliveries${query}`)).body.items
}

type Told = Desk & { type: AgentEvent['type']; data: never; kind: 'agent' }

/** Something that happens in an agent, told as its command tells it. */
export async function tell(
  node: Pick<TestNode, 'sql'>,
  { workspaceId, agentId }: Desk,
  type: AgentEvent['type'],
  data: object,
) {
  const core = { sql: node.sql, follow: followUp, publish: () => undefined }
  const input = { workspaceId, agentId, type, data: data as never, kind: 'agent' } as Told
  await runCommand(core, telling, input)
}

const telling: Command<Told, object, void> = {
  async open(tx, { workspaceId, agentId }) {
    await enter(tx, { workspace: workspaceId, agent: agentId })
    const [clock] = await tx<{ at: string }[]>`select date_trunc('milliseconds', clock_timestamp()) as at`
    return { at: clock?.at ?? '' }
  },
  async run({ draft }, { kind, agentId, type, data }) {
    draft.append(kind, agentId, type, data)
  },
}

/** Somebody asked for a person: the smallest of an agent's events. */
export function takeover(node: Pick<TestNode, 'sql'>, desk: Desk): Promise<void> {
  return tell(node, desk, 'takeover.requested', { conversationId: crypto.randomUUID() })
}

/** What waits for its next attempt is due now: the clock of attempts is the database's, so the database is told. */
export async function passTime({ owner }: Pick<TestNode, 'owner'>, webhookId: string): Promise<void> {
  await owner.begin(async (tx) => {
    await tx`select id from webhooks where id = ${webhookId} for update`
    await tx`
      update webhook_deliveries set next_attempt_at = now() where webhook_id = ${webhookId} and status = 'pending'`
    await tx`update webhooks set held_until = null where id = ${webhookId}`
    await tx`
      select wake_webhook(workspace_id, agent_id, id, greatest(clock_timestamp(), delivering_until))
      from webhooks where id = ${webhookId}`
  })
}

/** An endpoint that has failed for so long. */
export async function failingFor({ owner }: TestNode, webhookId: string, hours: number): Promise<void> {
  await owner`
    update webhooks set failing_since = now() - make_interval(hours => ${hours})
    where id = ${webhookId} and failing_since is not null`
}
