import type { Stream } from '#shared/protocol/streams.ts'
import type { Face, FacesFrame, VisitorEvent, VisitorMessage } from '#shared/protocol/visitors.ts'
import { applyVisitorEvent, type VisitorState } from '#shared/state/apply-visitor-event.ts'
import { ifThere } from '../../sdk/http.ts'
import { StreamSync, type Source, type Transport } from '../../sdk/sync.ts'
import type { VisitorApi } from '../visitor-api.ts'

type KnownFace = Face & { at: number }

/** The visitor's conversation on the screen, kept up to date from its stream. */
export class OwnConversation {
  readonly id: string
  readonly stream: Stream
  state = $state.raw<VisitorState | null>(null)
  /** Older messages than the snapshot has, the oldest first. */
  older = $state.raw<VisitorMessage[]>([])
  faces = $state.raw<Readonly<Record<string, KnownFace>>>({})
  /** The members who type now. */
  typing = $state.raw<readonly string[]>([])
  /** Resolves with the first snapshot, or when there is none. */
  readonly loaded: Promise<void>
  readonly sync: StreamSync<VisitorState, VisitorEvent>
  private readonly api: VisitorApi

  constructor(api: VisitorApi, transport: Transport, id: string, heard: (event: VisitorEvent) => void) {
    this.id = id
    // not by `streamOf`: beside it are schemas, which are most of what this page would have to load
    this.stream = `conversation:${id}`
    this.api = api
    let done = (): void => undefined
    this.loaded = new Promise((resolve) => (done = resolve))
    const source: Source<VisitorState, VisitorEvent> = {
      stream: this.stream,
      takeSnapshot: async () => {
        const held = await ifThere(api.conversation(id))
        if (!held) return null
        const { position, epoch, conversation, messages, faces, facesAt } = held
        this.showFaces({ faces, facesAt })
        return { position, epoch, state: { conversation, messages } }
      },
      apply: applyVisitorEvent,
      changed: (state, { events }) => {
        this.state = state
        done()
        for (const event of events) heard(event)
      },
      closed: done,
    }
    this.sync = new StreamSync(source, transport)
  }

  get messages(): VisitorMessage[] {
    return [...this.older, ...(this.state?.messages ?? [])]
  }

  get hasOlder(): boolean {
    return this.state !== null && this.messages.length < this.state.conversation.messageCount
  }

  async readOlder(): Promise<void> {
    const [first] = this.messages
    if (!first) return
    const { items } = await this.api.older(this.id, first.id)
    this.older = [...items.reverse(), ...this.older]
  }

  /** Of two faces of a member the later one counts. */
  showFaces({ faces, facesAt }: Pick<FacesFrame, 'faces' | 'facesAt'>): void {
    const known = { ...this.faces }
    for (const face of faces) {
      if ((known[face.memberId]?.at ?? -1) <= facesAt) known[face.memberId] = { ...face, at: facesAt }
    }
    this.faces = known
  }
}
