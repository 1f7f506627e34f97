import { badInput } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import type { Command } from '../../core/run-command.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { SealToken } from '../../secrets/seal.ts'
import { emailTaken } from '../email-taken.ts'
import { makeLink } from '../links.ts'
import { openUser, requireSamePassword, type AsUser } from '../open-user.ts'
import { tellUser } from '../tell-user.ts'

type Input = { userId: string; email: string; currentHash: string; seal: SealToken }

/** Emails a link to the address that is to be the person's, and a notice to the one that is. Nothing changes before the link is opened. */
export const askForEmail: Command<Input, AsUser, void> = {
  open: openUser,
  async run(unit, { email, currentHash, seal }) {
    const { tx, draft, user, at } = unit
    requireSamePassword(unit, currentHash)
    if (email === user.email) throw badInput('email', 'This is your address already.')
    const [taken] = await tx`select id from users where email = ${email}`
    if (taken) throw emailTaken()
    const { token, stored } = makeLink(tx, { userId: user.id, kind: 'change_email', email, at })
    draft.send(stored)
    const asked = { name: user.name, sealedToken: seal(token) }
    const notice = { id: newId(), name: user.name, email }
    draft.send(
      enqueue(
        tx,
        { task: 'send-email', payload: { to: email, template: 'confirm-email', data: asked } },
        { task: 'send-email', payload: { to: user.email, template: 'email-change-asked', data: notice } },
      ),
    )
    tellUser(unit, user, email)
  },
}
