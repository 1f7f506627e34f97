import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter'
import { createClient } from 'redis'
import { Server } from 'socket.io'
import { now } from '../clock.ts'
import { answerBench } from './child.ts'

/**
 * Bare Socket.IO between processes, with the gateway's transport settings and the Redis adapter that its authors
 * recommend for the Redis in use: `ADAPTER=sharded`, or `classic` for the one that tells every node of everything.
 */
const url = process.env['REDIS_URL'] ?? ''
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
  answerBench((http.address() as AddressInfo).port, () => void io.close(), {
    /** Answers the moment just before it was sent. */
    emit({ frames }: { frames: { stream: string }[] }) {
      const at = now()
      for (const frame of frames) io.to(frame.stream).emit('events', frame)
      return at
    },
  })
})
