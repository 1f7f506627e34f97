import { EventEmitter, once } from 'node:events'
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
}

export type MailPeer = {
  url: string
  received: Received[]
  /** The newest email to this address; waits for the first one. `after`: how many there were before. */
  next: (to: string, after?: number) => Promise<Received>
  countTo: (to: string) => number
  stop: () => Promise<void>
}

/** A real SMTP server that keeps what it is sent. */
export async function startMailPeer(): Promise<MailPeer> {
  const received: Received[] = []
  const arrivals = new EventEmitter().setMaxListeners(0)
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      simpleParser(stream).then(
        (mail) => {
          const recipients = session.envelope.rcptTo.map(({ address }) => address)
          const headers = mail.headerLines.map(({ line }) => line)
          const words = { subject: mail.subject ?? '', text: mail.text ?? '', html: mail.html || '' }
          received.push({ to: recipients[0] ?? '', recipients, headers, ...words })
          arrivals.emit('mail')
          done()
        },
        (error: Error) => done(error),
      )
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  const port = address && typeof address === 'object' ? address.port : 0
  const to = (email: string) => received.filter((mail) => mail.to === email)
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    countTo: (email) => to(email).length,
    async next(email, after = 0) {
      while (to(email).length <= after) await once(arrivals, 'mail')
      return to(email).at(-1) as Received
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** The token in an invitation email's link. */
export function tokenIn(mail: Received): string {
  const token = /\/invite#(\S+)/.exec(mail.text)?.[1]
  if (!token) throw new Error('This email has no invitation link.')
  return token
}
