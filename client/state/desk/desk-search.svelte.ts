import type { FoundConversation } from '#shared/protocol/agents/desk.ts'
import { api } from '../../api.ts'
import { ApiError } from '../../sdk/http.ts'
import { sentenceOf } from '../refusal.ts'
import type { Remember } from './people.ts'

/** What was looked for, and what was found of it. */
type Answer = { words: string; items: FoundConversation[] }

/** How long somebody has not typed before it is asked, in milliseconds. */
const pause = 200

/** A search of the Help Desk that follows what is typed. Of several under way the one that was asked last counts. */
export class DeskSearch {
  typed = $state('')
  answer = $state.raw<Answer | null>(null)
  problem = $state<string | null>(null)
  private readonly workspaceId: string
  private readonly remember: Remember
  private agentId = ''
  private asked = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(workspaceId: string, remember: Remember) {
    this.workspaceId = workspaceId
    this.remember = remember
  }

  /** Whether there is something to look for. */
  get active(): boolean {
    return this.typed.trim() !== ''
  }

  type(text: string): void {
    this.typed = text
    this.forget()
    if (this.active) this.timer = setTimeout(() => void this.ask(), pause)
    else this.answer = null
  }

  /** Looks into one agent alone, or with '' into all. */
  within(agentId: string): void {
    if (agentId === this.agentId) return
    this.agentId = agentId
    this.type(this.typed)
  }

  clear(): void {
    this.type('')
  }

  /** Nothing that is under way is waited for any more. */
  forget(): void {
    clearTimeout(this.timer)
    this.asked += 1
    this.problem = null
  }

  private async ask(): Promise<void> {
    const words = this.typed.trim()
    const { asked, agentId } = this
    try {
      const { items, former } = await api.searchDesk(this.workspaceId, { q: words, ...(agentId && { agentId }) })
      this.remember(former)
      if (asked === this.asked) this.answer = { words, items }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (asked === this.asked) this.problem = sentenceOf(error)
    }
  }
}
