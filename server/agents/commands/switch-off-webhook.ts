import type { Webhook } from '#shared/protocol/agents/webhooks.ts'
import { may } from '#shared/policy.ts'
import { roles } from '#shared/roles.ts'
import { newId } from '../../core/ids.ts'
import { openByJob } from '../../core/open-by-job.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import type { Tx } from '../../core/tenant.ts'
import { enqueue, type WebhookDisabledMail } from '../../jobs/enqueue.ts'
import { lockedWebhook, summaryOf, type InWebhookIds } from '../webhook-rows.ts'
import { settleTurn, type Run, type Settled, type Turn } from '../webhooks/line.ts'

type Input = { run: Run; turn: Turn; settled: Settled; reason: string }
type Place = { workspaceName: string; workspaceHandle: string; agentName: string }
type Opened = { place: Place | undefined; webhook: Webhook | undefined; managers: string[] }

/** Settles a delivery that was given up, and switches its endpoint off, by nobody's doing: Owner and Admins are told. */
export const switchOffWebhook: Command<Input, Opened, void> = {
  async open(tx, { run }) {
    const { found, at } = await openByJob(tx, run, placeOf(tx, run), lockedWebhook(tx, run), managersOf(tx, run))
    const [[place], [webhook], managers] = found
    return { place, webhook, managers: managers.map(({ email }) => email), at }
  },
  async run(unit, { run, turn, settled, reason }) {
    const { tx, draft, place, webhook } = unit
    for (const statement of settleTurn(tx, run, turn, settled)) draft.send(statement)
    // whoever has changed it meanwhile means another endpoint than the one that was tried
    if (!place || !webhook?.active || webhook.url !== turn.url) return
    const problem = reason.slice(0, 300)
    const { workspaceId, agentId, webhookId } = run
    draft.send(tx`
      update webhooks
      set active = false, problem = ${problem}, held_until = null
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${webhookId}`)
    const summary = summaryOf({ ...webhook, active: false, problem })
    const told = { agentId, agentName: place.agentName, host: webhook.host }
    draft.append('agent', agentId, 'webhook.updated', { webhook: summary })
    draft.append('workspace', workspaceId, 'agent.webhook_disabled', told)
    writeToManagers(unit, { ...place, ...told, webhookId, problem })
  },
}

function placeOf(tx: Tx, { workspaceId, agentId }: InWebhookIds) {
  return tx<Place[]>`
    select w.name as workspace_name, w.handle as workspace_handle, a.name as agent_name
    from workspaces w join agents a on a.workspace_id = w.id
    where w.id = ${workspaceId} and a.id = ${agentId}`
}

/** Those who manage agents. */
function managersOf(tx: Tx, { workspaceId }: InWebhookIds) {
  return tx<{ email: string }[]>`
    select u.email
    from members m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId} and m.role = any(${roles.filter((role) => may(role, 'agent.manage'))})
    order by m.id`
}

function writeToManagers({ tx, draft, managers }: Unit & Opened, words: Omit<WebhookDisabledMail, 'id'>) {
  const emails = managers.map((to) => {
    const data = { id: newId(), ...words }
    return { task: 'send-email', payload: { to, template: 'webhook-disabled', data } } as const
  })
  if (emails.length > 0) draft.send(enqueue(tx, ...emails))
} // prettier-ignore
