import { z } from 'zod'
import { idSchema } from './resources.ts'

export const workspaceParams = z.strictObject({ workspaceId: idSchema })
export const agentParams = z.strictObject({ workspaceId: idSchema, agentId: idSchema })
export const memberParams = z.strictObject({ workspaceId: idSchema, memberId: idSchema })
export const invitationParams = z.strictObject({ workspaceId: idSchema, invitationId: idSchema })

/** Of /api/v1: workspace and agent are the key's. */
export const contactOfKeyParams = z.strictObject({ contactId: idSchema })
export const conversationOfKeyParams = z.strictObject({ conversationId: idSchema })
export const resourceOfKeyParams = z.strictObject({ resourceId: idSchema })

/** A change of some fields; a missing one stays what it is, and none at all is refused. */
export function atLeastOne<Shape extends z.ZodRawShape>(fields: z.ZodObject<Shape, z.core.$strict>) {
  return fields.refine((body) => Object.values(body).some((value) => value !== undefined), 'Give something to change.')
}
