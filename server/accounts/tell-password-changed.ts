import { newId } from '../core/ids.ts'
import type { Unit } from '../core/run-command.ts'
import { enqueue } from '../jobs/enqueue.ts'

/** Tells whoever reads the person's mail, so that it is no secret where somebody else did it. */
export function tellPasswordChanged({ tx, draft }: Unit, { email, name }: { email: string; name: string }): void {
  const payload = { to: email, template: 'password-changed', data: { id: newId(), name } } as const
  draft.send(enqueue(tx, { task: 'send-email', payload }))
}
