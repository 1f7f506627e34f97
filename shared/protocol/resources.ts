import { z } from 'zod'
import { languageSchema } from './languages.ts'
import { planSchema, seatsSchema } from './plans.ts'
import { assignableRoleSchema, roleSchema } from './roles.ts'
import { messengerSchema } from './agents/messenger.ts'

/** A UUIDv7 string. In small letters, however it was spelled: limits, keys and streams know one name of each thing. */
export const idSchema = z.uuid().toLowerCase()
/** ISO 8601 in UTC, with milliseconds. */
export const timeSchema = z.iso.datetime()

export const workspaceSchema = z
  .strictObject({
    id: idSchema,
    accountId: idSchema,
    name: z.string(),
    handle: z.string(),
    isDefault: z.boolean(),
    /** The caller's own role and membership in it. */
    role: roleSchema,
    memberId: idSchema,
    memberCount: z.int(),
    createdAt: timeSchema,
  })
  .meta({ id: 'Workspace' })
export type Workspace = z.infer<typeof workspaceSchema>

export const memberSchema = z
  .strictObject({
    id: idSchema,
    userId: idSchema,
    email: z.string(),
    displayName: z.string(),
    /** A path below `/api/avatars/`, or null: initials. */
    avatarUrl: z.string().nullable(),
    role: roleSchema,
    joinedAt: timeSchema,
  })
  .meta({ id: 'MemberRow' })
/** A member as the event log knows it. */
export type Member = z.infer<typeof memberSchema>

/** A member as HTTP shows it: with whether one of the person's pages watches this workspace right now. */
export const memberWithPresenceSchema = memberSchema.extend({ online: z.boolean() }).meta({ id: 'Member' })
export type MemberWithPresence = z.infer<typeof memberWithPresenceSchema>

export const invitationStatusSchema = z.enum(['pending', 'expired'])

export const invitationSchema = z
  .strictObject({
    id: idSchema,
    email: z.string(),
    role: assignableRoleSchema,
    status: invitationStatusSchema,
    /** `held`: accepting works now. `waiting`: it is beyond the limit in the line for seats. */
    seat: z.enum(['held', 'waiting']),
    /** Its place in the account's line for seats: of two that wait, the lower one comes first. */
    place: z.int(),
    invitedBy: z.strictObject({ memberId: idSchema, displayName: z.string() }),
    sentAt: timeSchema,
    expiresAt: timeSchema,
    /** When the invited person asked to join and found no seat, else null. */
    askedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Invitation' })
export type Invitation = z.infer<typeof invitationSchema>

/** A product's bot. It stays in its workspace for its whole life. */
export const agentSchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    language: languageSchema,
    /** What a visitor reads first; empty: nothing. */
    greeting: z.string(),
    /** Whether its conversations show in the Help Desk. */
    helpDesk: z.boolean(),
    messenger: messengerSchema,
    createdAt: timeSchema,
  })
  .meta({ id: 'Agent' })
export type Agent = z.infer<typeof agentSchema>

export const userSchema = z
  .strictObject({ id: idSchema, email: z.string(), name: z.string(), emailVerified: z.boolean() })
  .meta({ id: 'User' })
export type User = z.infer<typeof userSchema>

/** A signed-in browser. The id is not its secret. */
export const sessionSchema = z.strictObject({
  id: idSchema,
  createdAt: timeSchema,
  /** To within five minutes. */
  lastSeenAt: timeSchema,
  userAgent: z.string(),
})
export type SignedInBrowser = z.infer<typeof sessionSchema>

export const accountSchema = z
  .strictObject({
    id: idSchema,
    plan: planSchema,
    includedSeats: z.int(),
    addonSeats: z.int(),
    seats: seatsSchema,
  })
  .meta({ id: 'Account' })
export type Account = z.infer<typeof accountSchema>

/** An invitation that the signed-in person has asked to join by, and that waits for a seat. */
export const waitingInvitationSchema = z
  .strictObject({
    invitationId: idSchema,
    workspaceName: z.string(),
    role: assignableRoleSchema,
    askedAt: timeSchema,
    expiresAt: timeSchema,
  })
  .meta({ id: 'WaitingInvitation' })
export type WaitingInvitation = z.infer<typeof waitingInvitationSchema>
