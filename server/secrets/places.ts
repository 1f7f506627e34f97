type Row = { workspaceId: string; agentId: string; id: string }

/** Where an invitation's token stands: in the job that sends it. */
export const invitationEmail = 'invitation-email'

/** Where an API key's secret stands: in the answer that is kept for a repeat. */
export const newApiKey = 'new-api-key'

export function webhookPlace({ workspaceId, agentId, id }: Row): string {
  return `webhook:${workspaceId}/${agentId}/${id}`
}

export function integrationPlace({ workspaceId, agentId, id }: Row): string {
  return `integration:${workspaceId}/${agentId}/${id}`
}
