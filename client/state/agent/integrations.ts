import type { NewIntegration } from '#shared/protocol/agents/integrations.ts'

export type IntegrationKind = NewIntegration['kind']

/** What each kind is called, and how its target is asked for. */
export const integrationKinds = {
  slack: {
    name: 'Slack',
    title: 'Connect Slack',
    text: 'A channel is told of each new conversation, by an incoming webhook of Slack or of whatever takes the same.',
    label: 'Webhook address',
    placeholder: 'https://hooks.slack.com/services/…',
    field: 'url',
    type: 'url',
  },
  email: {
    name: 'Email',
    title: 'Forward by email',
    text: 'An address is told of each new conversation.',
    label: 'Email address',
    placeholder: 'team@example.com',
    field: 'to',
    type: 'email',
  },
} as const satisfies Record<IntegrationKind, object>
