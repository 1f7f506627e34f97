import { Webhook as Signer } from 'standardwebhooks'
import type { Seal } from '../../secrets/seal.ts'
import { webhookPlace } from '../../secrets/places.ts'
import { postJson, type Attempted } from '../../outbound/post-json.ts'
import type { Outbound } from '../../outbound/request.ts'
import type { InWebhookIds } from '../webhook-rows.ts'
import type { Turn } from './line.ts'

/** Sends it once, signed as Standard Webhooks have it. */
export async function attempt(
  outbound: Outbound,
  turn: Pick<Turn, 'id' | 'payload' | 'timestamp' | 'url'>,
  { secrets, signal }: { secrets: string[]; signal?: AbortSignal },
): Promise<Attempted> {
  const moment = new Date(turn.timestamp * 1000)
  const headers = {
    'webhook-id': turn.id,
    'webhook-timestamp': String(turn.timestamp),
    'webhook-signature': secrets.map((secret) => new Signer(secret).sign(turn.id, moment, turn.payload)).join(' '),
  }
  return postJson(outbound, turn.url, { body: turn.payload, headers, signal })
}

/** The secrets that sign: while a rotation is under way the former one, too. Throws `CannotOpen`. */
export function secretsOf(seal: Seal, { workspaceId, agentId, webhookId }: InWebhookIds, turn: Turn): string[] {
  const place = webhookPlace({ workspaceId, agentId, id: webhookId })
  return [turn.sealedSecret, turn.formerSealedSecret]
    .filter((sealed) => sealed !== null)
    .map((sealed) => seal.open(sealed, place))
}
