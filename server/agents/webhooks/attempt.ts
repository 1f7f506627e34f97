import { Webhook as Signer } from 'standardwebhooks'
import type { Seal } from '../../secrets/seal.ts'
import { webhookPlace } from '../../secrets/places.ts'
import { OutboundProblem, type Outbound } from '../../outbound/request.ts'
import type { InWebhookIds } from '../webhook-rows.ts'
import type { Turn } from './line.ts'

/** What became of an attempt: the status of the answer, or why there was none. */
export type Attempted = { status: number; problem: null } | { status: null; problem: string }

/** The most of an answer that is read. */
const mostBytes = 64 * 1024

/** Sends it once, signed as Standard Webhooks have it. */
export async function attempt(
  outbound: Outbound,
  turn: Pick<Turn, 'id' | 'payload' | 'timestamp' | 'url'>,
  { secrets, signal }: { secrets: string[]; signal?: AbortSignal },
): Promise<Attempted> {
  const moment = new Date(turn.timestamp * 1000)
  const headers = {
    'Content-Type': 'application/json',
    'webhook-id': turn.id,
    'webhook-timestamp': String(turn.timestamp),
    'webhook-signature': secrets.map((secret) => new Signer(secret).sign(turn.id, moment, turn.payload)).join(' '),
  }
  const asked = {
    method: 'POST',
    headers,
    body: turn.payload,
    mostBytes,
    cut: true,
    ...(signal && { signal }),
  } as const
  try {
    return { status: (await outbound.request(turn.url, asked)).status, problem: null }
  } catch (error) {
    if (error instanceof OutboundProblem) return { status: null, problem: error.message }
    throw error
  }
}

export function isTaken({ status }: Attempted): boolean {
  return status !== null && status >= 200 && status < 300
}

/** The secrets that sign: while a rotation is under way the former one, too. Throws `CannotOpen`. */
export function secretsOf(seal: Seal, { workspaceId, agentId, webhookId }: InWebhookIds, turn: Turn): string[] {
  const place = webhookPlace({ workspaceId, agentId, id: webhookId })
  return [turn.sealedSecret, turn.formerSealedSecret]
    .filter((sealed) => sealed !== null)
    .map((sealed) => seal.open(sealed, place))
}
