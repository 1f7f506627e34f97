import { roleNames, type Role } from '#shared/roles.ts'
import type { InvitationMail, WebhookDisabledMail } from '../jobs/enqueue.ts'
import { page } from './page.ts'
import { unlinked, type Words } from './words.ts'

const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

export function invitationMail(data: Omit<InvitationMail, 'sealedToken'>, link: string): Words {
  const workspace = unlinked(data.workspaceName)
  const inviter = unlinked(data.inviterName)
  const role = roleNames[data.role as Role]
  const until = days.format(new Date(data.expiresAt))
  const what = `${inviter} invites you to join ${workspace} as ${role}.`
  const small = `The link works once, until ${until}. If you did not expect it, ignore this email; behind the link you can also decline for good.`
  return {
    subject: `${inviter} invites you to ${workspace}`,
    text: `${what}\n\nAccept or decline here:\n${link}\n\n${small}\n`,
    html: page({ title: `Join ${workspace}`, what, link: { to: link, words: 'View invitation' }, small }),
  }
}

export function webhookDisabledMail(data: WebhookDisabledMail, link: string): Words {
  const [agent, workspace, host] = [data.agentName, data.workspaceName, data.host].map(unlinked) as [string, string, string] // prettier-ignore
  const title = `A webhook of ${agent} was switched off`
  const what = `The webhook of ${agent} in ${workspace} that goes to ${host} was switched off by itself. ${data.problem}`
  const small = 'Once it answers again, switch it on: what was still waiting for it is delivered then.'
  return {
    subject: title,
    text: `${what}\n\n${small}\n\nLook at it here:\n${link}\n`,
    html: page({ title, what, link: { to: link, words: 'View webhook' }, small }),
  }
}

type Conversation = { agentName: string; workspaceName: string; lines: string[] }

export function newConversationMail({ agentName, workspaceName, lines }: Conversation, link: string): Words {
  const [agent, workspace] = [unlinked(agentName), unlinked(workspaceName)]
  const title = `New conversation with ${agent}`
  const what = `A conversation with ${agent} in ${workspace} has begun.`
  const quote = lines.map(unlinked)
  const small = 'You get this email since an integration of the agent sends new conversations to this address.'
  const quoted = quote.length > 0 ? `\n\n${quote.map((line) => `> ${line}`).join('\n')}` : ''
  return {
    subject: title,
    text: `${what}${quoted}\n\nLook at the agent here:\n${link}\n\n${small}\n`,
    html: page({ title, what, quote, link: { to: link, words: 'View agent' }, small }),
  }
}

export function integrationTestMail(names: Omit<Conversation, 'lines'>, link: string): Words {
  const [agent, workspace] = [unlinked(names.agentName), unlinked(names.workspaceName)]
  const title = `Test: new conversations with ${agent}`
  const what = `New conversations with ${agent} in ${workspace} will be sent to this address.`
  const small = 'If you did not expect it, ask whoever runs the agent, or ignore this email.'
  return {
    subject: title,
    text: `${what}\n\nLook at the agent here:\n${link}\n\n${small}\n`,
    html: page({ title, what, link: { to: link, words: 'View agent' }, small }),
  }
}
