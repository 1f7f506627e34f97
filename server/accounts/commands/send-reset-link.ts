import type { Command } from '../../core/run-command.ts'
import { timeNow, together } from '../../core/tenant.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { SealToken } from '../../secrets/seal.ts'
import { makeLink } from '../links.ts'

type Input = { email: string; seal: SealToken }
type Opened = { user: { id: string; name: string; email: string } | undefined }

/**
 * Emails a link that lets somebody choose another password. Run by a job, so that whoever asks for it cannot tell by the
 * time that it takes whether the address has an account; where it has none nothing follows.
 */
export const sendResetLink: Command<Input, Opened, void> = {
  async open(tx, { email }) {
    const [[user], [now]] = await together(
      tx<NonNullable<Opened['user']>[]>`select id, name, email from users where email = ${email} for no key update`,
      timeNow(tx),
    )
    return { user, ...now }
  },
  async run({ tx, draft, user, at }, { seal }) {
    if (!user) return
    const { id: userId, email, name } = user
    const { token, stored } = makeLink(tx, { userId, kind: 'reset', email, at })
    draft.send(stored)
    const data = { name, sealedToken: seal(token) }
    draft.send(enqueue(tx, { task: 'send-email', payload: { to: email, template: 'reset-password', data } }))
  },
}
