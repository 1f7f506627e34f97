import type { Gather, Looked, Recorded, Returned, Seat } from './servers/audience.ts'
import type { BenchServer } from './servers/child.ts'
import { origin } from './stage.ts'

export type Audience = {
  /** Forgets what was heard. */
  mark: () => Promise<void>
  /** Waits until all of them together have heard so many events since the mark. Answers the first's and the last's moment. */
  heard: (events: number) => Promise<{ first: number; last: number }>
  /** Every delivery since the mark. */
  recorded: () => Promise<Recorded>
  /** From now on whoever loses its connection comes back to one of these ports, and wants all up to this position. */
  roam: (ports: number[], position: number) => Promise<void>
  /** Waits until every one has lost its connection and is back with that. */
  returned: () => Promise<Returned>
  /** Has them say so many times a second, in turns, that they look at another page; answers what they all were sent of it. */
  look: (rate: number, seconds: number) => Promise<Looked>
  leave: () => Promise<void>
}

/** Connects `size` clients, a few at a time, over the ports by turns; each takes the next of the seats. */
export async function gather(clients: BenchServer, asked: Gather): Promise<Audience> {
  const id = await clients.ask({ ask: 'gather', ...asked })
  const about = <T>(question: object) => clients.ask({ id, ...question }) as Promise<T>
  return {
    mark: () => about({ ask: 'mark' }),
    heard: (events) => about({ ask: 'heard', events }),
    recorded: () => about({ ask: 'recorded' }),
    roam: (ports, position) => about({ ask: 'roam', ports, position }),
    returned: () => about({ ask: 'returned' }),
    look: (rate, seconds) => about({ ask: 'look', rate, seconds }),
    leave: () => about({ ask: 'leave' }),
  }
}

/** The seats of people who take turns, all in front of one workspace. */
export function seatsOf({ people, workspaceId }: { people: { cookie: string }[]; workspaceId: string }): Seat[] {
  return people.map(({ cookie }) => ({ cookie, origin, watch: `workspace:${workspaceId}` }))
}
