import type { UserEvent, WorkspaceEvent } from '#shared/protocol/events.ts'
import type { UserState } from '#shared/state/snapshots.ts'
import { createApi, type Api } from './api.ts'
import { createHttp, type Reached } from './http.ts'
import { LivePerson, whoIs } from './person.ts'
import { LiveRoster, type PresentWorkspace, type RosterState } from './roster.ts'
import { Streams, type Connection } from './streams.ts'
import type { ClosedCode } from './sync.ts'
import type { Told } from './told.ts'

export { ApiError } from './http.ts'
export type { Api, ClosedCode, Connection, LivePerson, LiveRoster, RosterState, UserEvent, UserState, WorkspaceEvent }

export type Options = Reached & {
  /** The session, where no browser sends it along: `rollcall_session=…`. */
  cookie?: string
}

type Until = { signal?: AbortSignal }

export type Rollcall = {
  /** The commands and queries: each resolves with the answer, or rejects with an `ApiError`. */
  api: Api
  readonly connection: Connection
  /** Hears each change of the connection. Answers how to stop. */
  watchConnection: (listener: (connection: Connection) => void) => () => void
  /** Members, invitations, agents and seats of a workspace. */
  watchWorkspace: (id: string, told?: Told<WorkspaceEvent, PresentWorkspace> & Until) => LiveRoster
  /** Who is signed in, and the workspaces that they are in. Rejects where nobody is. */
  watchPerson: (told?: Told<UserEvent, UserState> & Until) => Promise<LivePerson>
  /** Closes the connection and stops everything that is watched, for good. */
  end: () => void
}

/** A client of one server, as one signed-in person. It connects with the first thing that it watches. */
export function createRollcall({ cookie, headers, ...reached }: Options = {}): Rollcall {
  const way = { ...reached, headers: { ...headers, ...(cookie && { cookie }) } }
  const http = createHttp(way)
  const api = createApi(http)
  const streams = new Streams({ ...way, refused: () => void verify() })
  http.whenSignedOut(() => streams.end('signed_out'))

  /** Whoever was not let in may be signed out: then the answer ends everything. */
  async function verify(): Promise<void> {
    await api.me().then(
      () => streams.doubt(),
      () => undefined,
    )
  }

  return {
    api,
    get connection() {
      return streams.connection
    },
    watchConnection: (listener) => streams.subscribe(listener),
    watchWorkspace: (id, { signal, ...told } = {}) => until(new LiveRoster({ streams, api, id }, told), signal),
    watchPerson: async ({ signal, ...told } = {}) =>
      until(new LivePerson({ streams, api, held: await whoIs(api) }, told), signal),
    end: () => streams.end(),
  }
}

function until<Watched extends { stop: () => void }>(watched: Watched, signal: AbortSignal | undefined): Watched {
  if (signal?.aborted) watched.stop()
  else signal?.addEventListener('abort', () => watched.stop(), { once: true })
  return watched
}
