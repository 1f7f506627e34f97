import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter'
import postgres from 'postgres'
import { createClient } from 'redis'
import { Server } from 'socket.io'
import { now } from '../clock.ts'
import { answerBench } from './child.ts'

/**
 * Bare Socket.IO between processes, with the gateway's transport settings and the Redis adapter that its authors
 * recommend for the Redis in use: `ADAPTER=sharded`, or `classic` for the one that tells every node of everything.
 * With a `DATABASE_URL` it can keep what it emits, in a table `kept`.
 */
const url = process.env['REDIS_URL'] ?? ''
const sql = postgres(process.env['DATABASE_URL'] ?? '', { max: 20, onnotice: () => undefined })
const [publisher, subscriber] = [createClient({ url }), createClient({ url })]
await Promise.all([publisher.connect(), subscriber.connect()])
const adapter =
  process.env['ADAPTER'] === 'classic'
    ? createAdapter(publisher, subscriber)
    : createShardedAdapter(publisher, subscriber)
const http = createServer()
const io = new Server(http, {
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: false,
  cookie: false,
  adapter,
})
io.on('connection', (socket) => {
  socket.on('watch', async ({ stream }: { stream: string }, answer: (answer: object) => void) => {
    await socket.join(stream)
    answer({ ok: true, position: 0 })
  })
})
http.listen(0, '127.0.0.1', () => {
  const stop = async () => {
    await io.close()
    await sql.end()
  }
  answerBench((http.address() as AddressInfo).port, stop, {
    /** Answers the moment just before it was sent. */
    emit({ frames }: { frames: Frame[] }) {
      const at = now()
      for (const frame of frames) io.to(frame.stream).emit('events', frame)
      return at
    },
    /** Keeps an event and then emits it. Answers its position. */
    async keep({ frame }: { frame: Frame }) {
      const [event] = frame.events
      const [row] = await sql<{ position: number }[]>`
        insert into kept (event) values (${sql.json(event as never)}) returning position::int`
      const { position = 0 } = row ?? {}
      io.to(frame.stream).emit('events', { ...frame, events: [{ ...event, position }] })
      return position
    },
  })
})

type Frame = { stream: string; events: object[] }
