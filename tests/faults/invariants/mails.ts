import { violated, type Check } from './invariant.ts'

/**
 * I16: every invitation was emailed as it was last sent, also one that has ended since; each email once to whoever keeps
 * one of the same Message-ID, none before its commit, and all links are ours.
 */
export const mailed: Check = ({ topology, world, log }) => {
  const found: string[] = []
  const received = topology.mail.received.filter(({ to }) => to.includes(world.tag))
  const sendings = new Map<string, number>()
  for (const place of world.places.filter(({ deleted }) => !deleted)) {
    const last = new Map<string, { email: string; at: string }>()
    for (const { type, data, at } of log.get(`workspace:${place.id}`) ?? []) {
      const { invitation } = data as { invitation?: { id: string; email: string } }
      if (invitation && /sent|resent/.test(type)) {
        last.set(invitation.id, { email: invitation.email, at })
        sendings.set(invitation.email, (sendings.get(invitation.email) ?? 0) + 1)
      }
    }
    for (const { email, at } of last.values()) {
      const mails = received.filter((mail) => mail.to === email && mail.at >= Date.parse(at) - 5)
      if (mails.length === 0) found.push(`${email} was invited at ${at} and got no email`)
    }
  }
  const deletedNames = world.places.filter(({ deleted }) => deleted).flatMap(({ names }) => names)
  const distinct = new Map<string, Set<string>>()
  for (const mail of received) {
    const id = mail.headers.find((line) => /^message-id:/i.test(line)) ?? ''
    distinct.set(mail.to, (distinct.get(mail.to) ?? new Set()).add(id))
    if (!mail.text.includes(`${topology.origin}/invite#`)) found.push(`an email to ${mail.to} has a link elsewhere`)
    const known = sendings.has(mail.to) || deletedNames.some((name) => mail.text.includes(name))
    if (!known) found.push(`${mail.to} got an email of an invitation that was never committed`)
  }
  for (const [to, ids] of distinct) {
    const most = sendings.get(to) ?? 0
    const ofDeleted = received.some((mail) => mail.to === to && deletedNames.some((name) => mail.text.includes(name)))
    if (ids.size > most && !ofDeleted) found.push(`${to} got ${ids.size} different emails for ${most} sendings`)
  }
  return violated('I16', found)
}
