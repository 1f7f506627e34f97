import { createHash } from 'node:crypto'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { Refusal } from '../core/errors.ts'

const hour = 3600
const day = 24 * hour

/** Points per duration in seconds. Wrong guesses are counted, not right answers, wherever that is enough. */
const rules = {
  signUpByAddress: [1000, hour],
  takenEmailByAddress: [50, hour],
  wrongPasswordByAccount: [10, 15 * 60],
  wrongPasswordByAddress: [100, 15 * 60],
  forgottenByAddress: [30, hour],
  exportsByUser: [10, hour],
  paymentPagesByUser: [60, hour],
  unknownTokenByAddress: [60, 60],
  handlesByAddress: [600, 60],
  workspacesByUser: [300, hour],
  invitationsByWorkspaceHour: [500, hour],
  invitationsByWorkspaceDay: [2000, day],
  emailsToAddressHour: [10, hour],
  emailsToAddressDay: [30, day],
  linksAgainToAddress: [3, hour],
  apiCallsByKey: [600, 60],
  wrongKeyByAddress: [60, 60],
  pagesReadByAgent: [60, 60],
  outboundTestsByUser: [60, 10 * 60],
  messengersByAddress: [1200, 60],
  // of an agent's Messenger; by address within that agent
  readsByVisitor: [300, 60],
  writesByVisitor: [30, 60],
  visitorReadsByAddress: [1200, 60],
  visitorWritesByAddress: [200, 60],
  conversationsByAddress: [60, hour],
} as const satisfies Record<string, readonly [number, number]>

export type Rule = keyof typeof rules

export type Limits = {
  /** Counts `points` for `key`; throws `rate_limited` beyond the rule. */
  spend: (rule: Rule, key: string, points?: number) => Promise<void>
  /** Throws `rate_limited` where the rule is used up already, and counts nothing. */
  require: (rule: Rule, key: string) => Promise<void>
  /** What of the rule is left, counting nothing. */
  left: (rule: Rule, key: string) => Promise<Left>
}

/** `reset`: in how many seconds all of it is there again. */
export type Left = { limit: number; remaining: number; reset: number }

/** Redis' counter for all nodes, and whom to tell when a node had to count alone. */
export type SharedCount = { client: object; fellBack: () => void }

/**
 * Decided by what this node knows, told to Redis, and learnt from it: nobody waits for Redis, and beyond the rule over
 * all nodes a key is blocked on each of them from its next attempt on. `factor` widens every rule, for load tests.
 */
export function createLimits(factor = 1, shared?: SharedCount): Limits {
  const limiters = new Map(
    Object.entries(rules).map(([rule, [points, duration]]) => {
      const options = { points: points * factor, duration }
      const here = new RateLimiterMemory({ keyPrefix: rule, ...options })
      const everywhere =
        shared &&
        new RateLimiterRedis({
          storeClient: shared.client,
          useRedisPackage: true,
          rejectIfRedisNotReady: true,
          keyPrefix: `rollcall:limit:${rule}`,
          ...options,
        })
      return [rule, { here, everywhere }] as const
    }),
  )
  function limiterOf(rule: Rule) {
    const limiter = limiters.get(rule)
    if (!limiter) throw new Error(`There is no limit ${rule}`)
    return limiter
  }
  return {
    async spend(rule, key, points = 1) {
      const { here, everywhere } = limiterOf(rule)
      await here.consume(key, points).catch(refuse)
      everywhere?.consume(hashOf(key), points).catch((over: unknown) => {
        if (over instanceof RateLimiterRes) void here.block(key, Math.ceil(over.msBeforeNext / 1000))
        else shared?.fellBack()
      })
    },
    async require(rule, key) {
      const used = await limiterOf(rule).here.get(key)
      if (used && used.remainingPoints <= 0) refuse(used)
    },
    async left(rule, key) {
      const { here } = limiterOf(rule)
      const used = await here.get(key)
      const { remainingPoints, msBeforeNext } = used ?? { remainingPoints: here.points, msBeforeNext: 0 }
      return { limit: here.points, remaining: Math.max(0, remainingPoints), reset: Math.ceil(msBeforeNext / 1000) }
    },
  }
}

/** Counts one email to this address, which may be anybody's: so many in an hour and in a day, whoever has them sent. */
export async function spendEmailTo(limits: Limits, address: string): Promise<void> {
  await limits.spend('emailsToAddressHour', address)
  await limits.spend('emailsToAddressDay', address)
}

/** Counts a link that is sent once more, or to whoever the asker says they are: fewer of these than of other emails. */
export async function spendLinkAgainTo(limits: Limits, address: string): Promise<void> {
  await limits.spend('linksAgainToAddress', address)
  await spendEmailTo(limits, address)
}

/** Whether what is being counted is within its limit, where nobody is told that it is not. */
export async function isWithin(counted: Promise<void>): Promise<boolean> {
  try {
    await counted
    return true
  } catch (error) {
    if (error instanceof Refusal && error.code === 'rate_limited') return false
    throw error
  }
}

/** Addresses of people stay out of Redis. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}

function refuse(spent: unknown): never {
  if (!(spent instanceof RateLimiterRes)) throw spent
  const seconds = Math.ceil(spent.msBeforeNext / 1000)
  throw new Refusal('rate_limited', `That is too often. Try again in ${inWords(seconds)}.`, { retryAfter: seconds })
}

function inWords(seconds: number): string {
  if (seconds < 90) return `${seconds} seconds`
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3600)} hours`
}
