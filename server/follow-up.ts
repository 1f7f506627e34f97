import { tellOutside } from './agents/follow.ts'
import type { Unit } from './core/run-command.ts'
import { notifyManagers } from './membership/notify-managers.ts'

/** What else follows from what happened, in the transaction in which it happens (C4). */
export async function followUp(unit: Unit): Promise<void> {
  await notifyManagers(unit)
  tellOutside(unit)
}
