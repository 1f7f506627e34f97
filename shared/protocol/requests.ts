import { z } from 'zod'
import { handleSchema } from '../handles.ts'
import { languageSchema } from './languages.ts'
import { mostAddonSeats } from '../plans.ts'
import { planSchema, seatsSchema } from './plans.ts'
import { assignableRoleSchema } from './roles.ts'
import {
  agentNameSchema,
  displayNameSchema,
  emailSchema,
  greetingSchema,
  passwordSchema,
  personNameSchema,
  workspaceNameSchema,
} from '../text.ts'
import { messengerChangeSchema } from './agents/messenger.ts'
import { billingSchema } from './billing.ts'
import { fieldErrorSchema, errorCodeSchema } from './errors.ts'
import { unreadSchema } from './notifications.ts'
import { pageOf } from './page.ts'
import { atLeastOne } from './params.ts'
import {
  accountSchema,
  agentSchema,
  invitationSchema,
  invitationStatusSchema,
  memberWithPresenceSchema,
  userSchema,
  waitingInvitationSchema,
  workspaceSchema,
} from './resources.ts'
import { positionSchema } from './positions.ts'

/** An invitation token as it stands in the link: 256 random bits, base64url. Any other text is answered like an unknown one. */
export const tokenSchema = z.string().max(512)

export const signUpBody = z.strictObject({
  email: emailSchema,
  password: passwordSchema,
  name: personNameSchema,
  invitationToken: tokenSchema.optional(),
})
export const signUpAnswer = z.strictObject({
  user: userSchema,
  workspaces: z.array(workspaceSchema),
  invitation: z.enum(['accepted', 'waiting']).optional(),
})
export type SignUpAnswer = z.infer<typeof signUpAnswer>

export const signInBody = z.strictObject({ email: emailSchema, password: z.string().max(512) })
export const signInAnswer = z.strictObject({ user: userSchema })

export const meAnswer = z.strictObject({
  position: positionSchema,
  epoch: z.string(),
  user: userSchema,
  /** The address that is to be theirs once they open the link that was sent there. */
  pendingEmail: z.string().nullable(),
  account: accountSchema,
  billing: billingSchema,
  accountPosition: positionSchema,
  workspaces: z.array(workspaceSchema),
  waiting: z.array(waitingInvitationSchema),
  unreadNotifications: unreadSchema,
})
export type MeAnswer = z.infer<typeof meAnswer>

export const planBody = z.strictObject({ plan: planSchema })
export const addonSeatsBody = z.strictObject({ addonSeats: z.int().min(0).max(mostAddonSeats) })
export const accountAnswer = z.strictObject({ account: accountSchema })

export const handleAnswer = z
  .strictObject({
    handle: z.string(),
    available: z.boolean(),
    reason: z.enum(['taken', 'reserved', 'invalid']).optional(),
    suggestion: z.string().optional(),
  })
  .meta({ id: 'HandleAvailability' })
export type HandleAnswer = z.infer<typeof handleAnswer>

export const createWorkspaceBody = z.strictObject({ name: workspaceNameSchema, handle: handleSchema.optional() })
export const changeWorkspaceBody = z
  .strictObject({ name: workspaceNameSchema.optional(), handle: handleSchema.optional() })
  .refine((body) => body.name !== undefined || body.handle !== undefined, 'Give a name or a handle.')
export const workspacesAnswer = z.strictObject({ workspaces: z.array(workspaceSchema) })

export const rosterAnswer = z
  .strictObject({
    position: positionSchema,
    epoch: z.string(),
    workspace: workspaceSchema,
    members: z.array(memberWithPresenceSchema),
    invitations: z.array(invitationSchema),
    agents: z.array(agentSchema),
    seats: seatsSchema,
    accountPosition: positionSchema,
  })
  .meta({ id: 'Roster' })
export type RosterAnswer = z.infer<typeof rosterAnswer>

export const changeRoleBody = z.strictObject({ role: assignableRoleSchema })
export const inviteBody = z.strictObject({ email: emailSchema, role: assignableRoleSchema })
export const mostInvitationsAtOnce = 100
export const inviteBatchBody = z.strictObject({
  // Each address is judged on its own, so that one typing error does not refuse the other ninety-nine.
  invitations: z
    .array(z.strictObject({ email: z.string().max(320), role: assignableRoleSchema }))
    .min(1)
    .max(mostInvitationsAtOnce),
})
export const inviteResult = z.strictObject({
  email: z.string(),
  invitation: invitationSchema.optional(),
  error: z
    .strictObject({ code: errorCodeSchema, detail: z.string(), errors: z.array(fieldErrorSchema).optional() })
    .optional(),
})
export type InviteResult = z.infer<typeof inviteResult>
export const inviteBatchAnswer = z.strictObject({ results: z.array(inviteResult) })

export const tokenBody = z.strictObject({ token: tokenSchema })
export const declineBody = tokenBody.extend({ forGood: z.boolean().optional() })
export const previewAnswer = z
  .strictObject({
    workspace: z.strictObject({ name: z.string(), handle: z.string() }),
    role: assignableRoleSchema,
    email: z.string(),
    invitedBy: z.strictObject({ displayName: z.string() }),
    status: invitationStatusSchema,
    seat: z.enum(['held', 'waiting']),
    accountExists: z.boolean(),
  })
  .meta({ id: 'InvitationPreview' })
export type PreviewAnswer = z.infer<typeof previewAnswer>

export const acceptAnswer = z.strictObject({ workspace: workspaceSchema, member: memberWithPresenceSchema })
export type AcceptAnswer = z.infer<typeof acceptAnswer>

export const membershipBody = z.strictObject({ displayName: displayNameSchema })

/** The most agents that a workspace can have. */
export const mostAgents = 100
const agentFields = {
  language: languageSchema,
  greeting: greetingSchema,
  helpDesk: z.boolean(),
  messenger: messengerChangeSchema,
}
export const createAgentBody = z.strictObject({ name: agentNameSchema, ...z.object(agentFields).partial().shape })
export type NewAgent = z.infer<typeof createAgentBody>
export const changeAgentBody = atLeastOne(z.strictObject({ name: agentNameSchema, ...agentFields }).partial())
export type AgentChange = z.infer<typeof changeAgentBody>

export const agentsAnswer = pageOf(agentSchema)
export type AgentsAnswer = z.infer<typeof agentsAnswer>

/** The largest picture that can be uploaded, in bytes. */
export const mostAvatarBytes = 5 * 1024 * 1024
export const avatarTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const
