import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export type Received = {
  to: string
  /** Everybody whom it was to be brought to. */
  recipients: string[]
  /** The header as it was sent: one entry a field, folded lines joined. */
  headers: string[]
  subject: string
  text: string
  html: string
  /** When it was here in full: milliseconds since the epoch. */
  at: number
}

export type MailPeer = {
  url: string
  /** All but those about somebody's own account. */
  received: Received[]
  /** Those about the account of whoever has this address; waits for the first one whose subject fits. */
  nextAboutAccount: (to: string, subject: RegExp) => Promise<Received>
  aboutAccount: (to: string) => Received[]
  /** The newest email to this address; waits for the first one. `after`: how many there were before. */
  next: (to: string, after?: number) => Promise<Received>
  countTo: (to: string) => number
  stop: () => Promise<void>
}

/** An email that is here in full and not answered yet. */
export type Arrival = {
  to: string
  keep: () => void
  /** Ends the connection without an answer. */
  hangUp: () => void
}

/**
 * A real SMTP server that keeps what it is sent. `take` may do otherwise; an error of its with a `responseCode` is the
 * answer.
 */
export async function startMailPeer(
  take: (arrival: Arrival) => void | Promise<void> = ({ keep }) => keep(),
): Promise<MailPeer> {
  const received: Received[] = []
  const aboutAccounts: Received[] = []
  const arrivals = new EventEmitter().setMaxListeners(0)
  const sockets = new Map<number, Socket>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      simpleParser(stream)
        .then((mail) => {
          const recipients = session.envelope.rcptTo.map(({ address }) => address)
          const headers = mail.headerLines.map(({ line }) => line)
          const words = { subject: mail.subject ?? '', text: mail.text ?? '', html: mail.html || '' }
          const keep = () => {
            const box = ofAccounts.test(words.subject) ? aboutAccounts : received
            box.push({ to: recipients[0] ?? '', recipients, headers, ...words, at: Date.now() })
            arrivals.emit('mail')
          }
          return take({ to: recipients[0] ?? '', keep, hangUp: () => void sockets.get(session.remotePort)?.destroy() })
        })
        .then(
          () => done(),
          (error: Error) => done(error),
        )
    },
  })
  // whose line is cut in the middle of an email is told by its own end
  server.on('error', () => undefined)
  server.server.on('connection', (socket) => {
    const port = socket.remotePort ?? 0
    sockets.set(port, socket)
    socket.on('close', () => sockets.delete(port))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  const port = address && typeof address === 'object' ? address.port : 0
  const to = (email: string) => received.filter((mail) => mail.to === email)
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    aboutAccount: (email) => aboutAccounts.filter((mail) => mail.to === email),
    async nextAboutAccount(email, subject) {
      for (;;) {
        const [found] = aboutAccounts.filter((mail) => mail.to === email && subject.test(mail.subject)).reverse()
        if (found) return found
        await once(arrivals, 'mail')
      }
    },
    countTo: (email) => to(email).length,
    async next(email, after = 0) {
      while (to(email).length <= after) await once(arrivals, 'mail')
      return to(email).at(-1) as Received
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** What emails about somebody's own account are called. */
const ofAccounts =
  /^(Choose a new password|Confirm your|Somebody asked to change your|Your (email address|password|account) was |Your payment failed)/

/** The secret in a link to one's own account: `reset` or `verify`. */
export function linkTokenIn(mail: Received, path: 'reset' | 'verify'): string {
  const token = new RegExp(`/${path}#(\\S+)`).exec(mail.text)?.[1]
  if (!token) throw new Error('This email has no such link.')
  return token
}

/** The token in an invitation email's link. */
export function tokenIn(mail: Received): string {
  const token = /\/invite#(\S+)/.exec(mail.text)?.[1]
  if (!token) throw new Error('This email has no invitation link.')
  return token
}
