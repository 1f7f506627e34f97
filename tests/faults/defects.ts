import type { Invariant } from './fault.ts'

/** One mistake that somebody could make, as a change of one place of the source. */
export type Defect = {
  title: string
  file: string
  /** What stands there exactly once, and what stands there instead. */
  find: string
  replace: string
  /** More of the same mistake, in this file or another. */
  also?: { file?: string; find: string; replace: string }[]
  /** The fault under which it shows. */
  fault: string
  /** Any of these has to be violated. */
  violates: readonly Invariant[]
}

/** Widens a window that is there anyway, so that few runs are enough to fall into it. */
const aMoment = (milliseconds: number) => `await new Promise((resolve) => setTimeout(resolve, ${milliseconds}))`

export const defects: readonly Defect[] = [
  {
    title: 'whoever is removed is taken out of the room a moment after what comes next is sent',
    file: 'server/gateway/rooms.ts',
    find: `this.evict(audience, isOne, { stream, code: 'removed' })`,
    replace: `setTimeout(() => this.evict(audience, isOne, { stream, code: 'removed' }), 400)`,
    fault: 'F0',
    violates: ['I5'],
  },
  {
    title: 'whoever is removed stays in the room',
    file: 'server/gateway/rooms.ts',
    find: `this.evict(audience, isOne, { stream, code: 'removed' })`,
    replace: `void 0`,
    fault: 'F0',
    violates: ['I5'],
  },
  {
    title: 'a removal does not reach the streams below the workspace’s',
    file: 'server/gateway/rooms.ts',
    find: `for (const below of [...audience.below]) this.evict(below, who, { ...frame, stream: below.room.stream })`,
    replace: `void 0`,
    fault: 'F0',
    violates: ['I5'],
  },
  {
    title: 'what happens in an agent is delivered before the removal that it stands behind',
    file: 'server/gateway/room.ts',
    find: `if (!this.above || behind === null || behind <= this.above.position) return false`,
    replace: `if (this.above !== undefined || behind === null) return false`,
    also: [
      {
        find: `await this.above?.reach(Math.max(0, ...events.map(({ behind }) => behind ?? 0)))`,
        replace: `void 0`,
      },
    ],
    fault: 'F20',
    violates: ['I5'],
  },
  {
    title: 'what an event revokes does not reach the other nodes',
    file: 'server/relay/redis-feed.ts',
    find: `JSON.stringify(events)`,
    replace: `JSON.stringify(events.map((event) => ({ ...event, revokes: null })))`,
    fault: 'F0',
    violates: ['I5'],
  },
  {
    title: 'watching is not verified after joining',
    file: 'server/gateway/watch.ts',
    find: `await parts.access.headsFor(stream, parent, socket)`,
    replace: `(await parts.access.headsFor(stream, parent, socket)) ?? { position: 0, above: null, memberId: null }`,
    fault: 'F0',
    violates: ['I5', 'I6'],
  },
  {
    title: 'watching verifies first and joins after',
    file: 'server/gateway/watch.ts',
    find: `const entry = rooms.enter(asked.stream, socket, { parent })
`,
    replace: `const entry: Entry = { as: 'joining' }
`,
    also: [
      {
        find: `  const { socket, rooms, parts, asked, parent, entry } = entering
  const { stream } = asked
  const heads = await parts.access.headsFor(stream, parent, socket)`,
        replace: `  const { socket, rooms, parts, asked, parent } = entering
  const { stream } = asked
  const heads = await parts.access.headsFor(stream, parent, socket)
  ${aMoment(600)}
  const entry = rooms.enter(stream, socket, { parent })`,
      },
    ],
    fault: 'F0',
    violates: ['I5'],
  },
  {
    title: 'a second watch of a socket lets the first one in, which was verified before the removal',
    file: 'server/gateway/watch.ts',
    find: `if (!isSame || rooms.room(stream) !== room) return renewed(entering, present)`,
    replace: `if (!present) return renewed(entering, present)`,
    also: [
      {
        find: `  const heads = await parts.access.headsFor(stream, parent, socket)
`,
        replace: `  const waits = asked.after === 0 ? 900 : 300
  const early = asked.after !== 0 ? await parts.access.headsFor(stream, parent, socket) : null
  await new Promise((resolve) => setTimeout(resolve, waits))
  const heads = early ?? (await parts.access.headsFor(stream, parent, socket))
`,
      },
    ],
    fault: 'F0',
    violates: ['I5'],
  },
  {
    title: 'early events are delivered over the gap before them',
    file: 'server/gateway/room.ts',
    find: `const next = this.early.get(this.position + 1)
`,
    replace: `const next = this.early.get(Math.min(...this.early.keys()))
`,
    fault: 'F20',
    violates: ['S4', 'I10'],
  },
  {
    title: 'a repeated hint is delivered again',
    file: 'server/gateway/room.ts',
    find: `    for (const event of events) if (event.position > this.position) this.early.set(event.position, event)
    if (!this.started) return
    this.advance('hint')`,
    replace: `    for (const event of events) if (event.position > this.position) this.early.set(event.position, event)
    if (!this.started) return
    this.deliver(events.filter((event) => event.position <= this.position), 'hint')
    this.advance('hint')`,
    fault: 'F20',
    violates: ['S4'],
  },
  {
    title: 'what was missed is not answered to watch',
    file: 'server/gateway/watch.ts',
    find: `const events = upToNow(gathered, asked, room)`,
    replace: `const events = gathered === 'reset' ? gathered : []`,
    fault: 'F0',
    violates: ['S4', 'I10'],
  },
  {
    title: 'what is delivered while a watch is being answered is in no answer and in no frame',
    file: 'server/gateway/watch.ts',
    find: `const events = upToNow(gathered, asked, room)`,
    // as one more look at the database would
    replace: `const events = gathered
  await parts.access.headsFor(stream, parent, socket)`,
    fault: 'F0',
    violates: ['S4', 'I10'],
  },
  {
    title: 'the heads of the log are never read',
    file: 'server/relay/heads.ts',
    find: `const streams = heads.streams()`,
    replace: `const streams: Stream[] = []`,
    fault: 'F10',
    violates: ['S6', 'I10'],
  },
  {
    title: 'events are published before their commit',
    file: 'server/core/run-command.ts',
    find: `    const appended = await appendAll(tx, draft, opened.at, () => tx\`commit\`)`,
    replace: `    const appended = await appendAll(tx, draft, opened.at, async () => undefined)
    core.publish(appended)
    ${aMoment(150)}
    await tx\`commit\``,
    fault: 'F4',
    violates: ['I10', 'I5', 'S4'],
  },
  {
    title: 'rows are committed before the events that tell of them',
    file: 'server/core/run-command.ts',
    find: `  if (!idempotency) {
    const appended`,
    replace: `  if (!idempotency) {
    await together(...draft.sent, tx\`commit\`)
    await tx\`begin\`
    ${aMoment(100)}
    const appended`,
    fault: 'F6',
    violates: ['I3', 'I7', 'I10'],
  },
  {
    title: 'a command forgets its event',
    file: 'server/membership/commands/change-member-role.ts',
    find: `    draft.append('workspace', workspace.id, 'member.role_changed', { memberId, role }, { actor: actorOf(actor) })`,
    replace: `    void actorOf(actor)`,
    fault: 'F0',
    violates: ['I3', 'I10'],
  },
  {
    title: 'a position is skipped',
    file: 'server/core/event-log.ts',
    find: `set position = position + counted.events`,
    replace: `set position = position + 1 + counted.events`,
    fault: 'F0',
    violates: ['I9'],
  },
  {
    title: 'seats are counted without the account’s lock',
    file: 'server/core/opening.ts',
    find: `= \${input.workspaceId})
      for no key update\`,`,
    replace: `= \${input.workspaceId})\`,`,
    fault: 'F0',
    violates: ['I1'],
  },
  {
    title: 'nobody looks whether a seat is free',
    file: 'server/membership/seats.ts',
    find: `row_number() over (order by i.line) <= (select seats from room) as holds`,
    replace: `row_number() over (order by i.line) > 0 as holds`,
    fault: 'F0',
    violates: ['I1'],
  },
  {
    title: 'the old link works after the invitation is sent again',
    file: 'server/membership/commands/resend-invitation.ts',
    find: `status = 'pending', token_hash = \${hash},`,
    replace: `status = 'pending', token_hash = coalesce(token_hash, \${hash}),`,
    fault: 'F0',
    violates: ['I4'],
  },
  {
    title: 'the Idempotency-Key is not looked at',
    file: 'server/core/run-command.ts',
    find: `  const earlier = idempotency && (await claim<Outcome<Result>>(tx, idempotency))`,
    replace: `  const earlier = undefined as Outcome<Result> | undefined
  void claim`,
    fault: 'F15',
    violates: ['I8', 'I7'],
  },
  {
    title: 'sessions are remembered by the node',
    file: 'server/auth/sessions.ts',
    find: `    const { session, user } = await lucia.validateSession(hashOf(token))`,
    replace: `    const known = (globalThis as unknown as { known: Map<string, ReturnType<typeof lucia.validateSession>> })
    known.known ??= new Map()
    if (!known.known.has(token)) known.known.set(token, lucia.validateSession(hashOf(token)))
    const { session, user } = await (known.known.get(token) as ReturnType<typeof lucia.validateSession>)`,
    fault: 'F0',
    violates: ['I12'],
  },
  {
    title: 'the end of a session does not end its sockets',
    file: 'server/gateway/rooms.ts',
    find: `if (sessionOf(socket) === revokes.session) this.signOut(socket)`,
    replace: `void this.signOut`,
    fault: 'F0',
    violates: ['S7'],
  },
  {
    title: 'the roster is read without looking who asks',
    file: 'server/membership/queries/roster.ts',
    find: `where w.id = \${workspaceId} and m.user_id = \${userId}\``,
    replace: `where w.id = \${workspaceId} and \${userId}::uuid is not null limit 1\``,
    fault: 'F0',
    violates: ['I6', 'I12'],
  },
  {
    title: 'a link lets in whoever has it',
    file: 'server/membership/open-by-token.ts',
    find: `  if (user.email !== email) {`,
    replace: `  if (user.email === '') {`,
    fault: 'F0',
    violates: ['I12', 'I6'],
  },
  {
    title: 'an email that was not taken is not sent again',
    file: 'server/jobs/send-email.ts',
    find: `    await parts.send(to, { ...words, messageId: messageIdOf(id, parts.publicUrl) })`,
    replace: `    await parts.send(to, { ...words, messageId: messageIdOf(id, parts.publicUrl) }).catch(() => undefined)`,
    fault: 'F13',
    violates: ['I16'],
  },
  {
    title: 'an email that is sent again has another Message-ID',
    file: 'server/jobs/send-email.ts',
    find: 'messageIdOf(id, parts.publicUrl)',
    replace: 'messageIdOf(`${id} ${Math.random()}`, parts.publicUrl)',
    fault: 'F13',
    violates: ['I16'],
  },
  {
    title: 'work on the database has no deadline of ours',
    file: 'server/db/connection.ts',
    find: `unit: 2_800, silence: 3_200 }`,
    replace: `unit: 60_000, silence: 60_000 }`,
    fault: 'F5',
    violates: ['I14'],
  },
  {
    title: 'a database that is away is answered like a fault of ours',
    file: 'server/core/failures.ts',
    find: `if (away.test(code)) return 'away'`,
    replace: `if (away.test(code)) return null`,
    fault: 'F4',
    violates: ['I20'],
  },
  {
    title: 'SIGTERM ends the node at once',
    file: 'server/main.ts',
    find: `process.on('SIGTERM', () => end(0))`,
    replace: `process.on('SIGTERM', () => process.exit(0))`,
    fault: 'F2',
    violates: ['I15'],
  },
  {
    title: 'invitations expire by the node’s clock',
    file: 'server/membership/open-by-token.ts',
    find: `  return { workspace, invitation: rest, user, at }`,
    replace: `  return { workspace, invitation: rest, user, at: at && new Date().toISOString() }`,
    fault: 'F16',
    violates: ['I4', 'I16'],
  },
  {
    title: 'a visitor’s repeat of a message is a second message',
    file: 'server/routes/messenger.ts',
    find: `runCommand(core, writeAsVisitor, input, onceOf(c, visitor, body))`,
    replace: `runCommand(core, writeAsVisitor, input)`,
    fault: 'F15',
    violates: ['I8'],
  },
  {
    title: 'a visitor is told which user a member is',
    file: 'server/messenger/faces.ts',
    find: `select m.id as member_id, m.display_name as name, m.avatar_hash`,
    replace: `select m.id as member_id, m.display_name as name, m.avatar_hash, m.user_id`,
    also: [
      { find: `null as avatar_hash`, replace: `null as avatar_hash, null as user_id` },
      {
        find: `export function faceOf({ memberId, name, avatarHash }: FaceRow): Face {
  return { memberId, name,`,
        replace: `export function faceOf({ avatarHash, ...row }: FaceRow): Face {
  return { ...row,`,
      },
    ],
    fault: 'F0',
    violates: ['I6'],
  },
  {
    title: 'a visitor gets events with all that members get beside what happened',
    file: 'server/messenger/view.ts',
    find: `return { position, type: event.type, at, data: { message: messageFor(event.data.message) } }`,
    replace: `return { ...event, position, at, data: { message: messageFor(event.data.message) } }`,
    fault: 'F0',
    violates: ['I6'],
  },
  {
    title: 'visitors are not told of what a node has missed',
    file: 'server/gateway/rooms.ts',
    find: `      if (!event.revokes) {
        this.push(audience, event)`,
    replace: `      if (!event.revokes) {
        if (via === 'log') audience.outbox.push([event])
        else this.push(audience, event)`,
    fault: 'F10',
    violates: ['S4', 'I10'],
  },
  {
    title: 'a visitor can watch anybody’s conversation',
    file: 'server/gateway/rights.ts',
    find: `c.visitor_id = \${visitorId} and a.messenger`,
    replace: `\${visitorId}::uuid is not null and a.messenger`,
    fault: 'F0',
    violates: ['I6'],
  },
  {
    title: 'a visitor can write into anybody’s conversation',
    file: 'server/messenger/open-visitor.ts',
    find: `conversation: own.length > 0 ? opened.conversation : undefined`,
    replace: `conversation: own && opened.conversation`,
    fault: 'F0',
    violates: ['I12'],
  },
  {
    title: 'what is written at the same time takes the same place',
    file: 'server/helpdesk/open-conversation.ts',
    find: `      where workspace_id = \${workspaceId} and agent_id = \${agentId} and id = \${conversationId}
      for no key update\`,`,
    replace: `      where workspace_id = \${workspaceId} and agent_id = \${agentId} and id = \${conversationId}\`,`,
    fault: 'F0',
    violates: ['I20', 'I3', 'I10', 'I7'],
  },
]
