import { roleNames, type Role } from '#shared/roles.ts'
import type { InvitationMail } from '../jobs/enqueue.ts'

export type Mail = { subject: string; text: string; html: string; messageId: string }

const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

/** The invitation email. Names are other people's words: escaped, and unable to become a link or a second header. */
export function invitationMail(data: Omit<InvitationMail, 'sealedToken'>, link: string): Omit<Mail, 'messageId'> {
  const workspace = unlinked(data.workspaceName)
  const inviter = unlinked(data.inviterName)
  const role = roleNames[data.role as Role]
  const until = days.format(new Date(data.expiresAt))
  const what = `${inviter} invites you to join ${workspace} as ${role}.`
  const small = `The link works once, until ${until}. If you did not expect it, you can ignore this email.`
  return {
    subject: `${inviter} invites you to ${workspace}`,
    text: `${what}\n\nAccept or decline here:\n${link}\n\n${small}\n`,
    html: page(`Join ${workspace}`, what, link, small),
  }
}

function page(title: string, what: string, link: string, small: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title></head>
<body style="margin:0;background:#f4f4f6;font-family:system-ui,-apple-system,'Segoe UI',sans-serif;color:#1c1c22">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:40px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:480px;background:#fff;border-radius:12px;border:1px solid #e4e4ea">
<tr><td style="padding:32px">
<p style="margin:0 0 24px;font-weight:600;color:#4f46c8">Rollcall</p>
<h1 style="margin:0 0 12px;font-size:22px;line-height:1.3">${escaped(title)}</h1>
<p style="margin:0 0 24px;font-size:15px;line-height:1.6">${escaped(what)}</p>
<a href="${escaped(link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#4f46c8;color:#fff;text-decoration:none;font-weight:600">View invitation</a>
<p style="margin:24px 0 0;font-size:13px;line-height:1.6;color:#63636e">${escaped(small)}</p>
</td></tr></table></td></tr></table></body></html>`
}

/** A dot that mail programs do not take for a part of an address, in any script: a name must not turn into a link. */
function unlinked(name: string): string {
  return name
    .replace(/[\r\n]+/g, ' ')
    .replace(/:\/\//g, ':\u2060//')
    .replace(/[.\u3002\uff0e\uff61](?=\S)/g, '$&\u2060')
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
