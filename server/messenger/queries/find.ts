import type { Language } from '#shared/languages.ts'
import type { Messenger } from '#shared/protocol/agents/messenger.ts'
import type { MessengerAnswer } from '#shared/protocol/visitors.ts'
import type { Sql } from '../../db/sql.ts'

/** A Messenger that is switched on. `origins`: the sites that may show it. */
export type FoundMessenger = MessengerAnswer & Pick<Messenger, 'origins'> & { workspaceId: string }

type Row = {
  workspaceId: string
  name: string
  language: Language
  greeting: string
  helpDesk: boolean
  colour: string
  side: Messenger['side']
  origins: string[]
}

/** The Messenger of an agent, or null: switched off and no such agent are the same. */
export async function findMessenger(sql: Sql, agentId: string): Promise<FoundMessenger | null> {
  const [row] = await sql.run(
    (tx) => tx<Row[]>`
    select workspace_id, name, language, greeting, help_desk, colour, side, origins from messenger_of(${agentId})`,
  )
  if (!row) return null
  const { helpDesk, ...rest } = row
  return { ...rest, people: helpDesk }
}

export type AskedVisitor = { agentId: string; tokenHash: Buffer }
export type FoundVisitor = { workspaceId: string; agentId: string; visitorId: string }

/** The visitors with these tokens, in the order in which they were asked for; undefined: unknown, or switched off. */
export async function findVisitors(sql: Sql, asked: readonly AskedVisitor[]): Promise<(FoundVisitor | undefined)[]> {
  const agents = asked.map(({ agentId }) => agentId)
  const hashes = asked.map(({ tokenHash }) => `\\x${tokenHash.toString('hex')}`)
  const rows = await sql.run(
    (tx) => tx<(FoundVisitor & { tokenHash: Buffer })[]>`
    select agent_id, token_hash, workspace_id, visitor_id
    from find_visitors(${agents}::uuid[], ${hashes}::text[]::bytea[])`,
  )
  const keyOf = ({ agentId, tokenHash }: AskedVisitor) => `${agentId} ${tokenHash.toString('hex')}`
  const found = new Map(rows.map((row) => [keyOf(row), row]))
  return asked.map((one) => {
    const row = found.get(keyOf(one))
    return row && { workspaceId: row.workspaceId, agentId: row.agentId, visitorId: row.visitorId }
  })
}
