import { setTimeout as pause } from 'node:timers/promises'
import { startMailPeer, type Arrival, type MailPeer } from '../support/mail.ts'

/**
 * `refuses`: answers each email with 451. `slow`: takes it and answers 3 s later. `drops`: takes it and ends the
 * connection without an answer, so that nobody knows whether it did.
 */
export type MailBehaviour = 'well' | 'refuses' | 'slow' | 'drops'

export type FaultyMail = MailPeer & { behave: (how: MailBehaviour) => void }

class TryLater extends Error {
  readonly responseCode = 451
}

const ways: Record<MailBehaviour, (arrival: Arrival) => void | Promise<void>> = {
  well: ({ keep }) => keep(),
  refuses() {
    throw new TryLater()
  },
  async slow({ keep }) {
    keep()
    await pause(3_000, undefined, { ref: false })
  },
  drops({ keep, hangUp }) {
    keep()
    hangUp()
  },
}

/** A real SMTP server that behaves as it is told. */
export async function startFaultyMail(): Promise<FaultyMail> {
  let way = ways.well
  const peer = await startMailPeer((arrival) => way(arrival))
  return { ...peer, behave: (how) => void (way = ways[how]) }
}
