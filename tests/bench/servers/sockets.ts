import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { answerBench } from './child.ts'

/** Bare Socket.IO with the gateway's transport settings: everybody is in one room, and a burst is a loop of emits. */
const http = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false, cookie: false })
io.on('connection', (socket) => void socket.join('room'))
http.listen(0, '127.0.0.1', () => {
  answerBench((http.address() as AddressInfo).port, () => void io.close(), {
    burst: ({ frames }: { frames: object[] }) => {
      for (const frame of frames) io.to('room').emit('events', frame)
    },
  })
})
