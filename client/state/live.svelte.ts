import { createSubscriber } from 'svelte/reactivity'
import { navigation } from '../messages/navigation.ts'
import { Streams, type Connection } from '../sdk/streams.ts'
import { announcer } from './announcer.svelte.ts'

export type { Connection }

/** The page's one connection, as its screens show it. */
export class Live extends Streams {
  private readonly track = createSubscriber((update) => this.subscribe(update))

  /** `refused`: the server did not let the connection in, so the session may be over. */
  constructor(refused: () => void) {
    super({ refused })
    this.subscribe((connection, before) => {
      const words = announcementOf(connection, before)
      if (words) announcer.say(words)
    })
  }

  override get connection(): Connection {
    this.track()
    return super.connection
  }
}

function announcementOf(connection: Connection, before: Connection): string | null {
  if (connection === 'offline') return navigation().nowOffline
  if (connection === 'reconnecting') return navigation().connectionLost
  return connection === 'live' && before !== 'connecting' ? navigation().connectedAgain : null
}
