import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import postgres from 'postgres'
import { Server } from 'socket.io'
import { answerBench } from './child.ts'

/**
 * Bare Socket.IO with the gateway's transport settings: what somebody writes goes to the room of its conversation, from
 * memory alone, or with `DATABASE_URL` once one insert has committed. It checks nothing and orders nothing.
 */
const url = process.env['DATABASE_URL']
const sql = url === undefined ? null : postgres(url, { max: 20, onnotice: () => undefined })
const http = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false, cookie: false })

type Written = { stream: string; position: number; id: string; text: string }

io.on('connection', (socket) => {
  socket.on('watch', async ({ stream }: { stream: string }, answer: (answer: object) => void) => {
    await socket.join(stream)
    answer({ ok: true, position: 0 })
  })
  socket.on('write', async ({ stream, position, id, text }: Written) => {
    const [conversationId, at] = [stream.slice(stream.indexOf(':') + 1), new Date().toISOString()]
    if (sql) {
      await sql`
        insert into floor.messages (id, workspace_id, agent_id, conversation_id, place, author, author_name, text, at)
        values (${id}, ${conversationId}, ${conversationId}, ${conversationId}, ${position}, 'contact', '', ${text}, ${at})`
    }
    const message = { id, conversationId, author: { kind: 'contact', memberId: null, name: '' }, text, at }
    const event = { position, type: 'message.created', at, actor: null, data: { message } }
    io.to(stream).emit('events', { stream, events: [event] })
  })
})
http.listen(0, '127.0.0.1', () => {
  answerBench((http.address() as AddressInfo).port, async () => {
    await io.close()
    await sql?.end()
  })
})
