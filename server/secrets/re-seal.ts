import { readWithin, writeWithin, type Tx } from '../core/tenant.ts'
import type { Sql } from '../db/sql.ts'
import type { Log } from '../log.ts'
import { integrationPlace, webhookPlace } from './places.ts'
import { CannotOpen, type Seal } from './seal.ts'

type Row = { kind: 'webhook' | 'integration'; workspaceId: string; agentId: string; id: string }

const batch = 100

/**
 * Seals with the present key what was sealed with an earlier one, so that the earlier one can go. Nodes that do it at the
 * same time do no harm: a secret is replaced only as it was read.
 */
export async function reSeal(sql: Sql, seal: Seal, log: Log): Promise<void> {
  const count = { sealed: 0, closed: 0 }
  let rows: Row[] = []
  do {
    const after = rows.at(-1)?.id ?? null
    rows = await sql.run(
      (tx) => tx<Row[]>`
        select kind, workspace_id, agent_id, id from sealed_otherwise(${seal.mark}, ${after}, ${batch})`,
    )
    for (const row of rows) {
      try {
        await reSealRow(sql, seal, row)
        count.sealed += 1
      } catch (error) {
        if (!(error instanceof CannotOpen)) throw error
        count.closed += 1
      }
    }
  } while (rows.length === batch)
  if (count.sealed > 0) log.info({ count: count.sealed }, 'secrets were sealed with the present key')
  if (count.closed > 0) log.error({ count: count.closed }, 'secrets cannot be opened: a key is missing in SECRET_KEY_PREVIOUS') // prettier-ignore
}

async function reSealRow(sql: Sql, seal: Seal, row: Row): Promise<void> {
  const scope = { workspace: row.workspaceId, agent: row.agentId }
  const place = row.kind === 'webhook' ? webhookPlace(row) : integrationPlace(row)
  const [held] = await readWithin(sql, scope, (tx) => [sealedIn(tx, row)])
  const changes = held.map(({ sealed }) => ({ old: sealed, anew: seal.close(seal.open(sealed, place), place) }))
  await writeWithin(sql, scope, (tx) => changes.map((change) => replaced(tx, row, change)))
}

function sealedIn(tx: Tx, { kind, workspaceId, agentId, id }: Row) {
  if (kind === 'integration') {
    return tx<{ sealed: string }[]>`
      select sealed_target as sealed from integrations
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${id}`
  }
  return tx<{ sealed: string }[]>`
    select unnest(array_remove(array[sealed_secret, former_sealed_secret], null)) as sealed from webhooks
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${id}`
}

/** Whichever of its secrets it is: of a webhook it may have become the former one meanwhile. */
function replaced(tx: Tx, { kind, workspaceId, agentId, id }: Row, { old, anew }: { old: string; anew: string }) {
  if (kind === 'integration') {
    return tx`
      update integrations set sealed_target = ${anew}
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${id} and sealed_target = ${old}`
  }
  return tx`
    update webhooks
    set
      sealed_secret = case when sealed_secret = ${old} then ${anew} else sealed_secret end,
      former_sealed_secret = case when former_sealed_secret = ${old} then ${anew} else former_sealed_secret end
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${id}
      and ${old} in (sealed_secret, former_sealed_secret)`
}
