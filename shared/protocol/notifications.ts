import { z } from 'zod'
import { pageOf, pageQuery } from './page.ts'
import { idSchema, timeSchema } from './resources.ts'
import { assignableRoleSchema } from './roles.ts'

/** The events of a workspace that whoever runs it is notified of. */
export const notificationKinds = [
  'invitation.accepted',
  'invitation.declined',
  'invitation.expired',
  'invitation.waiting',
  'member.left',
] as const
export type NotificationKind = (typeof notificationKinds)[number]

/** Whom it is about, as they were then; null: of no matter there. */
export const notificationAboutSchema = z.strictObject({
  name: z.string().nullable(),
  email: z.string().nullable(),
  role: assignableRoleSchema.nullable(),
  memberId: idSchema.nullable(),
  invitationId: idSchema.nullable(),
})
export type NotificationAbout = z.infer<typeof notificationAboutSchema>

export const notificationSchema = z
  .strictObject({
    id: idSchema,
    kind: z.enum(notificationKinds),
    /** As it is called now. */
    workspace: z.strictObject({ id: idSchema, name: z.string(), handle: z.string() }),
    about: notificationAboutSchema,
    at: timeSchema,
    readAt: timeSchema.nullable(),
  })
  .meta({ id: 'Notification' })
export type Notification = z.infer<typeof notificationSchema>

export const notificationsQuery = pageQuery
export const notificationsAnswer = pageOf(notificationSchema).extend({
  /** Over all workspaces. */
  unread: z.int(),
})
export type NotificationsAnswer = z.infer<typeof notificationsAnswer>

/** The most that can be named at once. */
export const mostNamed = 100
/** Those up to one, in the order of the list, or those that are named. */
export const readNotificationsBody = z.union([
  z.strictObject({ upTo: idSchema }),
  z.strictObject({ ids: z.array(idSchema).min(1).max(mostNamed) }),
])
export type WhichNotifications = z.infer<typeof readNotificationsBody>

/** Of each workspace how many are unread; where none is, it is missing. */
export const unreadSchema = z.record(idSchema, z.int())
export type UnreadNotifications = z.infer<typeof unreadSchema>
