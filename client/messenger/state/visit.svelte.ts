import type { Stream } from '#shared/protocol/streams.ts'
import type { Introduction, MessengerAnswer, VisitorConversation, VisitorEvent } from '#shared/protocol/visitors.ts'
import { ApiError, ifThere } from '../../sdk/http.ts'
import type { Door, SocketListeners } from '../../sdk/socket.ts'
import type { Transport } from '../../sdk/sync.ts'
import { visitorApi, type VisitorApi } from '../visitor-api.ts'
import { Kept } from './kept.ts'
import { Outbox, type Waiting } from './outbox.svelte.ts'
import { OwnConversation } from './own-conversation.svelte.ts'

export type Line = 'none' | 'live' | 'lost'

/** A visitor at an agent's Messenger: their conversations, the one on the screen, and what is on its way. */
export class Visit {
  messenger = $state.raw<MessengerAnswer | null>(null)
  /** Whether there is nobody to write to here, or none that can be reached. */
  trouble = $state<'gone' | 'unreachable' | null>(null)
  conversations = $state.raw<VisitorConversation[]>([])
  open = $state.raw<OwnConversation | null>(null)
  line = $state<Line>('none')
  introduced = $state(false)
  readonly outbox: Outbox
  private readonly api: VisitorApi
  private readonly kept: Kept
  private readonly agentId: string
  private readonly heard: (event: VisitorEvent) => void
  private readonly transport: Transport
  private door: Door | null = null

  /** `heard`: called with whatever happens in the conversation on the screen. */
  constructor(agentId: string, heard: (event: VisitorEvent) => void) {
    this.agentId = agentId
    this.heard = heard
    this.kept = new Kept(agentId)
    this.api = visitorApi(agentId, this.kept.token)
    this.outbox = new Outbox(this.kept, (waiting) => this.deliver(waiting))
    this.introduced = this.kept.read('introduced') !== null
    this.transport = {
      isConnected: () => this.door?.isConnected() ?? false,
      watch: (watch) => this.door?.watch(watch) ?? Promise.reject(new Error('There is no connection yet.')),
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    }
  }

  /** Begins: what the Messenger is, and where the visitor left off. */
  async start(): Promise<void> {
    this.trouble = null
    try {
      const messenger = await ifThere(this.api.messenger())
      if (!messenger) {
        this.trouble = 'gone'
        return
      }
      this.conversations = (await this.api.conversations()).items
      this.messenger = messenger
      const [latest] = this.conversations
      if (latest && latest.state !== 'resolved') void this.show(latest.id)
      void this.outbox.send()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.trouble = 'unreachable'
    }
  }

  /** Puts a conversation on the screen; resolves with its snapshot. */
  async show(id: string): Promise<void> {
    if (this.open?.id === id) return
    this.close()
    const shown = new OwnConversation(this.api, this.transport, id, (event) => this.happened(event))
    this.open = shown
    await this.connect()
    shown.sync.catchUp()
    await shown.loaded
  }

  /** Takes the conversation off the screen; what is written next begins a new one. */
  close(): void {
    if (!this.open) return
    this.open.sync.stop()
    this.door?.unwatch(this.open.stream)
    this.open = null
  }

  async list(): Promise<void> {
    this.conversations = (await this.api.conversations()).items
    this.close()
  }

  write(text: string): void {
    this.outbox.add(text, this.open?.id ?? null)
  }

  type(typing: boolean): void {
    if (this.open) this.door?.type({ stream: this.open.stream, typing })
  }

  async askForPerson(): Promise<void> {
    if (this.open) await this.api.askForPerson(this.open.id)
  }

  async introduce(introduction: Introduction): Promise<void> {
    await this.api.introduce(introduction).catch((error: unknown) => {
      // another page of theirs has said it
      if (!(error instanceof ApiError) || error.code !== 'contact_exists') throw error
    })
    this.kept.write('introduced', 'yes')
    this.introduced = true
  }

  /** After sleep or a change of network: asks for whatever was missed, at once. */
  doubt(): void {
    if (this.door?.isConnected()) this.open?.sync.catchUp()
    else this.door?.open()
    void this.outbox.send()
  }

  private async deliver({ conversationId, text, key }: Waiting) {
    if (conversationId === null) {
      const { id } = await this.api.begin(text, key)
      await this.show(id)
      return { conversationId: id, messageId: null }
    }
    const { id } = await this.api.write(conversationId, text, key)
    return { conversationId, messageId: id }
  }

  private happened(event: VisitorEvent): void {
    this.outbox.arrived(new Set(this.open?.messages.map(({ id }) => id)))
    this.heard(event)
  }

  /** The socket comes with the first conversation: whoever only looks needs none. */
  private async connect(): Promise<void> {
    if (this.door) return
    const { createDoor } = await import('../../sdk/socket.ts')
    const listeners: SocketListeners = {
      connected: () => {
        this.line = 'live'
        this.open?.sync.catchUp()
      },
      disconnected: () => {
        this.line = 'lost'
        if (this.open) this.open.typing = []
      },
      refused: () => {
        this.line = 'lost'
        void this.lookAgain()
      },
      events: ({ stream, events }) => {
        if (this.isOpen(stream)) this.open?.sync.hear(events as unknown as VisitorEvent[])
      },
      closed: ({ stream, code }) => {
        if (!this.isOpen(stream)) return
        this.open?.sync.hearClosed(code)
        void this.lookAgain()
      },
      faces: (frame) => {
        if (this.isOpen(frame.stream)) this.open?.showFaces(frame)
      },
      typing: ({ stream, memberIds }) => {
        if (this.open?.stream === stream) this.open.typing = memberIds
      },
    }
    this.door = createDoor(listeners, { visitor: { agentId: this.agentId, token: this.kept.token } })
    this.door.open()
  }

  private isOpen(stream: Stream): boolean {
    return this.open?.stream === stream
  }

  /** Not let in, or shown out: the Messenger may have been switched off. */
  private async lookAgain(): Promise<void> {
    const messenger = await ifThere(this.api.messenger()).catch(() => this.messenger)
    if (messenger) return
    this.trouble = 'gone'
    this.door?.close()
  }
}
