import { z } from 'zod'
import { eventSchema, type WorkspaceEvent } from './events.ts'
import { positionSchema } from './positions.ts'
import { idSchema, timeSchema } from './resources.ts'
import { roleSchema } from './roles.ts'

const position = z.coerce.number().int().min(0)

/** Which events of a workspace, by all that is given. */
export const eventsQuery = z.strictObject({
  after: position.default(0),
  before: position.optional(),
  /** `desc`: the newest first. */
  order: z.enum(['asc', 'desc']).default('asc'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  /** Event types, separated by commas. */
  type: z.string().max(500).optional(),
  /** The member who did it. */
  actor: idSchema.optional(),
  from: timeSchema.optional(),
  to: timeSchema.optional(),
  /** Says whom or what each event is about, too. */
  subjects: z.literal('true').optional(),
})
export type EventsQuery = z.infer<typeof eventsQuery>

/** Whom or what an event is about, as they were before it; null: nothing of the kind. */
export const subjectSchema = z
  .strictObject({
    name: z.string().nullable(),
    email: z.string().nullable(),
    role: roleSchema.nullable(),
    handle: z.string().nullable(),
  })
  .meta({ id: 'EventSubject' })
export type Subject = z.infer<typeof subjectSchema>

/** As a client asks: everything in words. */
export type HistoryQuery = Partial<Record<keyof EventsQuery, string>>

export const eventsAnswer = z.strictObject({
  position: positionSchema,
  events: z.array(eventSchema),
  hasMore: z.boolean(),
  /** By position, if asked for. */
  subjects: z.record(z.string(), subjectSchema).optional(),
})
export type HistoryAnswer = {
  position: number
  events: WorkspaceEvent[]
  hasMore: boolean
  subjects?: Record<string, Subject>
}
