import { afterAll } from 'vitest'
import { startFaultProxy, type FaultProxy } from '../faults/fault-proxy.ts'
import { atPort } from './ports.ts'
import { postgresReading } from '../faults/reading.ts'

export type Statements = {
  /** The same database, on a way where everything that is asked of it is listened to. */
  through: (databaseUrl: string) => Promise<string>
  /** How many statements that look like this were executed since `forget`. */
  count: (pattern: RegExp) => number
  forget: () => void
  /** The way to it, to be broken. */
  way: () => FaultProxy
}

/** Listens to what a node asks of its database. */
export function useStatements(): Statements {
  let proxy: FaultProxy | undefined
  let heard: string[] = []
  afterAll(() => proxy?.close())
  return {
    async through(databaseUrl) {
      const port = Number(new URL(databaseUrl).port)
      const listening = () => {
        const read = postgresReading()
        return (chunk: Buffer) => {
          const said = read(chunk)
          heard.push(...said.split(';\n').filter(Boolean))
          return said
        }
      }
      proxy = await startFaultProxy(() => port, listening)
      return atPort(databaseUrl, proxy.port)
    },
    count: (pattern) => heard.filter((statement) => pattern.test(statement)).length,
    forget: () => void (heard = []),
    way() {
      if (!proxy) throw new Error('Nobody listens yet.')
      return proxy
    },
  }
}
