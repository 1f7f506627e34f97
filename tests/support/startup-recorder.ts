import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { atPort } from './ports.ts'

/** What a client of PostgreSQL says before anything else: its parameters. */
export type Greeting = Readonly<Record<string, string>>

export type Recorder = { url: string; greetings: Greeting[]; close: () => void }

/** A way to a PostgreSQL that keeps what each new connection asks for. */
export async function startRecorder(databaseUrl: string): Promise<Recorder> {
  const greetings: Greeting[] = []
  const server = createServer((client) => {
    const target = connect(Number(new URL(databaseUrl).port), '127.0.0.1')
    client.once('data', (bytes: Buffer) => {
      // length and version, then names and values, each with a zero behind it
      const words = bytes.toString('utf8', 8, bytes.readUInt32BE(0)).split('\0')
      const pairs = Array.from({ length: words.length >> 1 }, (_, n) => [words[2 * n] ?? '', words[2 * n + 1] ?? ''])
      greetings.push(Object.fromEntries(pairs.filter(([name]) => name !== '')) as Greeting)
      target.write(bytes)
      client.pipe(target).pipe(client)
    })
    client.on('error', () => target.destroy()).on('close', () => target.destroy())
    target.on('error', () => client.destroy()).on('close', () => client.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { url: atPort(databaseUrl, (server.address() as AddressInfo).port), greetings, close: () => server.close() }
}
