import { createHash } from 'node:crypto'

export type Words = { subject: string; text: string; html: string }
export type Mail = Words & { messageId: string }

/** The same for every attempt to send it: a mailbox that got it twice shows it once. `id` may be a secret. */
export function messageIdOf(id: string, publicUrl: string): string {
  return `<${createHash('sha256').update(`email of ${id}`).digest('hex').slice(0, 40)}@${new URL(publicUrl).hostname}>`
}

// Names are other people's words: escaped, and unable to become a link or a second header.

/** A dot that mail programs do not take for a part of an address, in any script: a name must not turn into a link. */
export function unlinked(name: string): string {
  return name
    .replace(/[\r\n]+/g, ' ')
    .replace(/:\/\//g, ':\u2060//')
    .replace(/[.\u3002\uff0e\uff61](?=\S)/g, '$&\u2060')
}
