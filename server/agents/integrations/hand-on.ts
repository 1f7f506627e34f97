import type { Integration } from '#shared/protocol/agents/integrations.ts'
import type { SendMail } from '../../mail/send.ts'
import { messageIdOf, type Words } from '../../mail/words.ts'
import { postJson, reasonOf, wasTaken } from '../../outbound/post-json.ts'
import type { Outbound } from '../../outbound/request.ts'

export type Way = { outbound: Outbound; send: SendMail; publicUrl: string }

/** What an integration is told, in both of its forms. `id` is of this message, for whoever gets it twice. */
export type News = { id: string; text: string; mail: Words }

/** Answers null, or why it could not be handed on, in a sentence. */
export async function handOn(way: Way, kind: Integration['kind'], target: string, news: News): Promise<string | null> {
  return kind === 'slack' ? post(way.outbound, target, news.text) : sendTo(way, target, news)
}

/** As Slack's incoming webhooks take it, and whatever takes the same. */
async function post(outbound: Outbound, url: string, text: string): Promise<string | null> {
  const attempted = await postJson(outbound, url, { body: JSON.stringify({ text }) })
  return wasTaken(attempted) ? null : reasonOf(attempted)
}

async function sendTo({ send, publicUrl }: Way, to: string, { id, mail }: News): Promise<string | null> {
  return send(to, { ...mail, messageId: messageIdOf(id, publicUrl) }).then(
    () => null,
    () => 'The mail server did not take the email.',
  )
}
