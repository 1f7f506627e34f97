import { z } from 'zod'
import { planSchema } from './plans.ts'
import { roleSchema } from './roles.ts'
import { emailSchema, passwordSchema, personNameSchema } from '../text.ts'
import { billingSchema } from './billing.ts'
import { notificationKinds } from './notifications.ts'
import { sessionSchema, idSchema, timeSchema, userSchema } from './resources.ts'

/** A password as it is given to be compared: any text, since an old one need not be what a new one must. */
export const givenPasswordSchema = z.string().max(512)

/** The secret of an emailed link, as `tokenSchema`. */
const linkToken = z.string().max(512)

export const forgotPasswordBody = z.strictObject({ email: emailSchema })
export const resetPasswordBody = z.strictObject({ token: linkToken, password: passwordSchema })
export const changePasswordBody = z.strictObject({ current: givenPasswordSchema, next: passwordSchema })
export const verifyEmailBody = z.strictObject({ token: linkToken })
export const changeEmailBody = z.strictObject({ email: emailSchema, password: givenPasswordSchema })
export const changeUserBody = z.strictObject({ name: personNameSchema })
export const userAnswer = z.strictObject({ user: userSchema })
export const deleteAccountBody = z.strictObject({ password: givenPasswordSchema })

export const sessionsAnswer = z.strictObject({
  /** The one that asks first, then by when they were used last. */
  sessions: z.array(sessionSchema.extend({ current: z.boolean() }).meta({ id: 'Session' })),
})
export type SessionsAnswer = z.infer<typeof sessionsAnswer>
export const sessionParams = z.strictObject({ sessionId: idSchema })

/** So many days of seats are answered at most: a year, and the day that it began with. */
export const mostDaysOfSeats = 366
export const seatHistoryQuery = z.strictObject({ from: z.iso.date().optional() })
export const seatDaySchema = z
  .strictObject({
    /** In UTC, as `2026-11-26`. */
    day: z.iso.date(),
    /** Counts of seats, as they stood when the day ended; of today, as they stand. */
    used: z.int(),
    limit: z.int(),
    waiting: z.int(),
  })
  .meta({ id: 'SeatDay' })
export type SeatDay = z.infer<typeof seatDaySchema>
/** A line for each day, the first one first. */
export const seatHistoryAnswer = z.strictObject({ days: z.array(seatDaySchema) })
export type SeatHistory = z.infer<typeof seatHistoryAnswer>

/** A copy of what is kept of a person. */
export const accountExportAnswer = z
  .strictObject({
    exportedAt: timeSchema,
    user: userSchema.extend({ createdAt: timeSchema }),
    account: z.strictObject({ plan: planSchema, addonSeats: z.int() }),
    billing: billingSchema,
    memberships: z.array(
      z.strictObject({
        workspace: z.strictObject({ id: idSchema, name: z.string(), handle: z.string() }),
        role: roleSchema,
        displayName: z.string(),
        avatarUrl: z.string().nullable(),
        joinedAt: timeSchema,
      }),
    ),
    sessions: z.array(sessionSchema),
    /** What they wrote in conversations of the workspaces that they are members of. */
    messages: z.array(
      z.strictObject({
        workspaceId: idSchema,
        agentId: idSchema,
        conversationId: idSchema,
        text: z.string(),
        at: timeSchema,
      }),
    ),
    /** What they were notified of. Whom it was about is those people's. */
    notifications: z.array(
      z.strictObject({
        workspaceId: idSchema,
        kind: z.enum(notificationKinds),
        at: timeSchema,
        readAt: timeSchema.nullable(),
      }),
    ),
  })
  .meta({ id: 'AccountExport' })
export type AccountExport = z.infer<typeof accountExportAnswer>
