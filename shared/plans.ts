export const plans = ['free', 'basic_ai', 'standard_ai', 'pro_ai'] as const
export type Plan = (typeof plans)[number]

export const planNames: Readonly<Record<Plan, string>> = {
  free: 'Free',
  basic_ai: 'Basic AI',
  standard_ai: 'Standard AI',
  pro_ai: 'Pro AI',
}

/** Seats that come with each plan, before add-on seats. */
export const includedSeats: Readonly<Record<Plan, number>> = {
  free: 0,
  basic_ai: 0,
  standard_ai: 3,
  pro_ai: 5,
}

/** The most add-on seats that one account can have. */
export const mostAddonSeats = 10_000

/** The seats of one account, over all the workspaces that it owns. Every number is a count of seats. */
export type Seats = {
  plan: Plan
  limit: number
  active: number
  pending: number
  used: number
  available: number
  waiting: number
  over: number
}

/**
 * The seat figures of an account. Active members come first in the line, then pending invitations;
 * what is beyond the limit waits, and active members beyond it (after the limit was lowered) are `over`.
 */
export function seatsOf(count: { plan: Plan; addonSeats: number; active: number; pending: number }): Seats {
  const limit = includedSeats[count.plan] + count.addonSeats
  const room = Math.max(0, limit - count.active)
  const held = Math.min(room, count.pending)
  return {
    plan: count.plan,
    limit,
    active: count.active,
    pending: count.pending,
    used: count.active + held,
    available: room - held,
    waiting: count.pending - held,
    over: Math.max(0, count.active - limit),
  }
}
