import { createTransport } from 'nodemailer'
import type { Sql } from '../db/sql.ts'
import type { Mail } from './words.ts'

/** Hands an email on. Rejects where it was not taken, and is then called again. */
export type SendMail = (to: string, mail: Mail) => Promise<void>

/** Milliseconds; without them a server that hangs keeps a job for ten minutes. */
const deadlines = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 }

/**
 * Connections are kept for the next emails: a new one costs a greeting, TLS and a password each time. As many as there are
 * senders (`jobs/worker.ts`).
 */
const kept = { pool: true, maxConnections: 4, maxMessages: 100 } as const

export function smtpMail(url: string, from: string): { send: SendMail; close: () => void } {
  const transport = createTransport({ url, ...deadlines, ...kept }, { from })
  return {
    // an address object, not a header to parse: the stored address alone is where it goes
    send: async (to, mail) => void (await transport.sendMail({ ...mail, to: { name: '', address: to } })),
    close: () => transport.close(),
  }
}

/** Without an SMTP server emails are kept for `/dev/mail`. */
export function mailboxMail(sql: Sql): { send: SendMail; close: () => void } {
  return {
    send: async (to, { subject, text, html }) => {
      await sql.run(
        (tx) => tx`insert into mailbox (recipient, subject, text, html) values (${to}, ${subject}, ${text}, ${html})`,
      )
    },
    close: () => undefined,
  }
}
