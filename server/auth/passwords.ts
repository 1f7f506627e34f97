import { hash, verify } from '@node-rs/argon2'
import { Refusal } from '../core/errors.ts'

// Argon2id with OWASP's least cost; m in KiB.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
/** Hashes at the same time, and how many more may wait: a flood of sign-ins must not take the processor from the rest. */
const atOnce = 2
const mostWaiting = 200

let running = 0
const waiting: (() => void)[] = []

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, cost))
}

/** Takes as long for an email without an account (`null`): time must not tell whether there is one. */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  const decoy = await decoyHash
  const right = await inTurn(() => verify(stored ?? decoy, password))
  return right && stored !== null
}

const decoyHash = hash('nobody has this password', cost)

async function inTurn<R>(work: () => Promise<R>): Promise<R> {
  if (running >= atOnce) {
    if (waiting.length >= mostWaiting) {
      throw new Refusal('overloaded', 'Too many people are signing in right now. Try again in a moment.', {
        retryAfter: 2,
      })
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  running += 1
  try {
    return await work()
  } finally {
    running -= 1
    waiting.shift()?.()
  }
}
