import { randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { io, type Socket } from 'socket.io-client'
import { expect } from 'vitest'
import { mostMessagesInSnapshot } from '#shared/state/snapshots.ts'
import type { AttendAnswer } from '#shared/protocol/attention.ts'
import type { ClientToServer, ClosedFrame, EventsFrame, WatchAnswer } from '#shared/protocol/socket.ts'
import { visitorSocketPath } from '#shared/messenger.ts'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import {
  visitorConversationAnswer,
  visitorEvents,
  type ServerToVisitor,
  type VisitorConversation,
  type VisitorConversationAnswer,
  type VisitorEvent,
  type VisitorMessage,
} from '#shared/protocol/visitors.ts'
import { applyVisitorEvent } from '#shared/state/apply-visitor-event.ts'
import { newDesk } from './desk.ts'
import { keepFaces, type KnownFaces } from './faces.ts'
import type { TestNode } from './node.ts'
import { newPerson, type Failure } from './people.ts'

export type Visitor = ReturnType<typeof newVisitor>

export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Somebody who has an agent's Messenger open, with a token of their own. */
export function newVisitor(node: TestNode, agentId: string, token = newToken()) {
  const path = `/api/messenger/${agentId}`
  const nobody = newPerson(node, 'Visitor')
  const call = <T>(method: string, rest: string, body?: unknown, headers: Record<string, string> = {}) =>
    nobody.call<T & Failure>(method, path + rest, body, { Authorization: `Bearer ${token}`, ...headers })
  return {
    agentId,
    token,
    path,
    heard: nobody.heard,
    call,
    begin: (text = 'Is anybody there?', headers?: Record<string, string>) =>
      call<VisitorConversation>('POST', '/conversations', { text }, headers),
    write: (id: string, text = 'And one more thing.', headers?: Record<string, string>) =>
      call<VisitorMessage>('POST', `/conversations/${id}/messages`, { text }, headers),
    snapshot: (id: string) => call<VisitorConversationAnswer>('GET', `/conversations/${id}`),
    list: () => call<{ items: VisitorConversation[] }>('GET', '/conversations'),
    askForPerson: (id: string) => call<VisitorConversation>('POST', `/conversations/${id}/person`),
    introduce: (body: object) => call('PUT', '/visitor', body),
    live: () => connectVisitor(node, { agentId, token }),
  }
}

/** A desk whose agent can be written to, and a visitor of it. */
export async function newMessenger(node: TestNode) {
  const desk = await newDesk(node)
  await desk.ada.patch(desk.path, { helpDesk: true, messenger: { on: true } })
  const visitor = newVisitor(node, desk.agent.id)
  /** S3 as the team and as the visitor see it. */
  const verifyBoth = <R>(id: string, act: () => Promise<R>) => desk.verify(() => verifyForVisitor(visitor, id, act), id)
  return { ...desk, visitor, verifyBoth }
}

/** Opens a visitor's socket and keeps everything that it is sent. Rejects where it is not let in. */
export async function connectVisitor(node: TestNode, auth: Record<string, unknown>, headers: object = {}) {
  const socket: Socket<ServerToVisitor, ClientToServer<VisitorEvent>> = io(`http://127.0.0.1:${node.port}`, {
    path: visitorSocketPath,
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth,
    extraHeaders: { Origin: node.url, ...headers },
  })
  const frames: EventsFrame<VisitorEvent>[] = []
  const closed: ClosedFrame[] = []
  const faces: KnownFaces = new Map()
  const typing = new Map<Stream, string[]>()
  const news = new EventEmitter().setMaxListeners(0)
  let disconnected: string | null = null
  socket.on('events', (frame) => void (frames.push(frame), news.emit('news')))
  socket.on('closed', (frame) => void (closed.push(frame), news.emit('news')))
  socket.on('faces', (frame) => {
    keepFaces(faces, frame)
    news.emit('news')
  })
  socket.on('typing', (frame) => void (typing.set(frame.stream, frame.memberIds), news.emit('news')))
  socket.on('disconnect', (reason) => {
    disconnected = reason
    news.emit('news')
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  const eventsOf = (stream: Stream) => frames.filter((one) => one.stream === stream).flatMap(({ events }) => events)
  return {
    socket,
    closed,
    faces,
    /** The members who type, of each conversation. */
    typing,
    type: (stream: Stream, types = true): Promise<AttendAnswer> =>
      socket.timeout(10_000).emitWithAck('typing', { stream, typing: types }),
    eventsOf,
    disconnected: () => disconnected,
    watch: (stream: Stream, after?: number): Promise<WatchAnswer<VisitorEvent>> =>
      socket.timeout(10_000).emitWithAck('watch', { stream, ...(after !== undefined && { after }) }),
    async until(condition: () => boolean): Promise<void> {
      while (!condition()) await once(news, 'news')
    },
    close: () => socket.disconnect(),
  }
}

/** S3 for a visitor: what their socket gets, fit for its strict schemas, makes the old snapshot the new one. */
export async function verifyForVisitor<R>(visitor: Visitor, id: string, act: () => Promise<R>): Promise<R> {
  const before = visitorConversationAnswer.parse((await visitor.snapshot(id)).body)
  const live = await visitor.live()
  const stream = streamOf('conversation', id)
  expect(await live.watch(stream, before.position)).toMatchObject({ ok: true, position: before.position, events: [] })
  const result = await act()
  const after = visitorConversationAnswer.parse((await visitor.snapshot(id)).body)
  await live.until(() => (live.eventsOf(stream).at(-1)?.position ?? before.position) >= after.position)
  const events = live.eventsOf(stream)
  live.close()
  expect(events.map(({ position }) => position)).toEqual(events.map((_, n) => before.position + 1 + n))
  for (const { type, data } of events) visitorEvents[type].parse(data)
  const { conversation, messages } = events.reduce(applyVisitorEvent, before)
  expect({ conversation, messages: messages.slice(-mostMessagesInSnapshot) }).toEqual({
    conversation: after.conversation,
    messages: after.messages,
  })
  return result
}
