import { page } from './page.ts'
import { unlinked, type Words } from './words.ts'

// Emails about somebody's own account. A notice has no link: what it warns of is undone where they usually sign in.

export function resetPasswordMail(name: string, link: string): Words {
  const title = 'Choose a new password'
  const what = `Hello ${unlinked(name)}, somebody asked for a new password for your Rollcall account.`
  const small =
    'The link works once, for 30 minutes. If it was not you, ignore this email: your password stays as it is.'
  return linked({ title, what, small, link, words: 'Choose a password' })
}

export function verifyEmailMail(name: string, link: string): Words {
  const title = 'Confirm your email address'
  const what = `Hello ${unlinked(name)}, confirm that this address is yours.`
  const small = 'The link works for 7 days. If you did not sign up for Rollcall, ignore this email.'
  return linked({ title, what, small, link, words: 'Confirm address' })
}

export function confirmEmailMail(name: string, link: string): Words {
  const title = 'Confirm your new email address'
  const what = `Hello ${unlinked(name)}, confirm that you want to use this address for your Rollcall account from now on.`
  const small = 'The link works for a day; until then you sign in by your former address. If it was not you, ignore this email.'
  return linked({ title, what, small, link, words: 'Use this address' })
} // prettier-ignore

export function emailChangeAskedMail({ name, email }: { name: string; email: string }, account: string): Words {
  const title = 'Somebody asked to change your email address'
  const what = `Hello ${unlinked(name)}, somebody who knows your password asked to change the address of your Rollcall account to ${unlinked(email)}. Nothing has changed yet.`
  const small = 'If it was not you, choose another password: that also stops the change.'
  return linked({ title, what, small, link: account, words: 'Go to your account' })
}

export function emailChangedMail({ name, email }: { name: string; email: string }): Words {
  const title = 'Your email address was changed'
  const what = `Hello ${unlinked(name)}, your Rollcall account uses ${unlinked(email)} from now on, and no longer this address.`
  return plain({ title, what, small: 'If it was not you, write to whoever runs this installation of Rollcall.' })
}

export function passwordChangedMail(name: string, forgot: string): Words {
  const title = 'Your password was changed'
  const what = `Hello ${unlinked(name)}, the password of your Rollcall account was changed. You were signed out elsewhere.`
  const small = 'If it was not you, choose another password by a link that comes to this address.'
  return linked({ title, what, small, link: forgot, words: 'Choose another password' })
}

export function accountDeletedMail(name: string): Words {
  const title = 'Your account was deleted'
  const what = `Goodbye ${unlinked(name)}. Your Rollcall account and the workspaces that were yours alone are deleted.`
  return plain({ title, what, small: 'You get no more emails from us.' })
}

export function paymentFailedMail({ name, graceUntil }: { name: string; graceUntil: string }, home: string): Words {
  const title = 'Your payment failed'
  const what = `Hello ${unlinked(name)}, a payment for your Rollcall account could not be taken. Your plan and seats stay as they are until ${dayOf(graceUntil)}; nobody is removed after that, and nobody new can join.`
  const small = 'Go to “Plan & seats” and there to “Manage billing” to pay, or to use another card.'
  return linked({ title, what, small, link: home, words: 'Go to your workspaces' })
}

/** Who reads it may be anywhere, so the day is the one in UTC. */
function dayOf(time: string): string {
  return new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(time))
}

type Said = { title: string; what: string; small: string }

function linked({ title, what, small, link, words }: Said & { link: string; words: string }): Words {
  return {
    subject: title,
    text: `${what}\n\n${words}:\n${link}\n\n${small}\n`,
    html: page({ title, what, link: { to: link, words }, small }),
  }
}

function plain({ title, what, small }: Said): Words {
  return { subject: title, text: `${what}\n\n${small}\n`, html: page({ title, what, small }) }
}
