import type { NewIntegration } from '#shared/protocol/agents/integrations.ts'

export type IntegrationKind = NewIntegration['kind']

/** How the target of each kind is asked for. */
export const integrationKinds = {
  slack: {
    placeholder: 'https://hooks.slack.com/services/…',
    field: 'url',
    type: 'url',
  },
  email: {
    placeholder: 'team@example.com',
    field: 'to',
    type: 'email',
  },
} as const satisfies Record<IntegrationKind, object>
