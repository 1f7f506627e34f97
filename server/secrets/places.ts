import type { Seal, SealToken } from './seal.ts'

type Row = { workspaceId: string; agentId: string; id: string }

/** Where an invitation's token stands: in the job that sends it. */
export const invitationEmail = 'invitation-email'

/** Where the secret of a link to one's own account stands: in the job that sends it. */
const accountLink = 'account-link'

export function sealLink(seal: Seal): SealToken {
  return (token) => seal.close(token, accountLink)
}

export function openLink(seal: Seal, sealedToken: string): string {
  return seal.open(sealedToken, accountLink)
}

/** Where an API key's secret stands: in the answer that is kept for a repeat. */
export const newApiKey = 'new-api-key'

export function webhookPlace({ workspaceId, agentId, id }: Row): string {
  return `webhook:${workspaceId}/${agentId}/${id}`
}

export function integrationPlace({ workspaceId, agentId, id }: Row): string {
  return `integration:${workspaceId}/${agentId}/${id}`
}
