import { z } from 'zod'
import { positionSchema } from '../positions.ts'
import { apiKeySchema } from './api-keys.ts'
import { integrationSchema } from './integrations.ts'
import { resourceSummarySchema } from './knowledge.ts'
import { webhookSummarySchema } from './webhooks.ts'

/** The snapshot of `agent:<id>`: each list by when its entries were made. */
export const agentStateAnswer = z
  .strictObject({
    position: positionSchema,
    epoch: z.string(),
    resources: z.array(resourceSummarySchema),
    apiKeys: z.array(apiKeySchema),
    webhooks: z.array(webhookSummarySchema),
    integrations: z.array(integrationSchema),
  })
  .meta({ id: 'AgentState' })
export type AgentStateAnswer = z.infer<typeof agentStateAnswer>
