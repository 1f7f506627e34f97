import { z } from 'zod'
import { planSchema } from './plans.ts'
import { roleSchema } from './roles.ts'
import { emailSchema, passwordSchema, personNameSchema } from '../text.ts'
import { billingSchema } from './billing.ts'
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
  })
  .meta({ id: 'AccountExport' })
export type AccountExport = z.infer<typeof accountExportAnswer>
