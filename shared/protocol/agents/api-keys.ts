import { z } from 'zod'
import { scopes, type ApiScope } from '../../scopes.ts'
import { agentNameSchema } from '../../text.ts'
import { pageOf } from '../page.ts'
import { agentParams } from '../params.ts'
import { agentSchema, idSchema, timeSchema } from '../resources.ts'

const scopeSchema = z.enum(scopes)

/** The most API keys that an agent can have. */
export const mostApiKeys = 50

export const apiKeySchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    /** The beginning of the secret, by which people tell their keys apart. */
    prefix: z.string(),
    scopes: z.array(scopeSchema),
    createdAt: timeSchema,
    /** From then on it opens nothing; null: never. */
    expiresAt: timeSchema.nullable(),
  })
  .meta({ id: 'ApiKey' })
/** An API key as the event log has it. The secret is in nothing but the answer to its creation. */
export type ApiKey = z.infer<typeof apiKeySchema>

/** As HTTP shows it: with when it was last used, to the minute. */
export const apiKeyWithUseSchema = apiKeySchema
  .extend({ lastUsedAt: timeSchema.nullable() })
  .meta({ id: 'ApiKeyWithUse' })
export type ApiKeyWithUse = z.infer<typeof apiKeyWithUseSchema>

export const createApiKeyBody = z.strictObject({
  name: agentNameSchema,
  scopes: z
    .array(scopeSchema)
    .min(1, 'Choose at least one scope.')
    .transform((chosen): ApiScope[] => [...new Set(chosen)].sort()),
  /** In days from now; missing: it does not expire. */
  expiresInDays: z.int().min(1).max(3650).optional(),
})
export type NewApiKey = z.input<typeof createApiKeyBody>
export type RequestedApiKey = z.output<typeof createApiKeyBody>
export const createApiKeyAnswer = z.strictObject({
  apiKey: apiKeyWithUseSchema,
  /** The secret itself, shown this once. */
  key: z.string(),
})
export type CreatedApiKey = z.infer<typeof createApiKeyAnswer>
export const apiKeysAnswer = pageOf(apiKeyWithUseSchema)

export const apiKeyParams = agentParams.extend({ apiKeyId: idSchema })

/** What an API key opens, for whoever holds it. */
export const openedAnswer = z
  .strictObject({
    agent: agentSchema.pick({ id: true, name: true, language: true }),
    scopes: z.array(scopeSchema),
  })
  .meta({ id: 'Opened' })
export type OpenedAnswer = z.infer<typeof openedAnswer>
