import { afterAll, beforeAll } from 'vitest'
import { startReceiver, type Receiver } from './receiver.ts'

/** A receiver of the test file's own. */
export function useReceiver(): () => Receiver {
  let receiver: Receiver | undefined
  beforeAll(async () => {
    receiver = await startReceiver()
  })
  afterAll(() => receiver?.stop())
  return () => {
    if (!receiver) throw new Error('The receiver starts before the first test.')
    return receiver
  }
}
