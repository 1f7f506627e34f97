import type { ConversationState } from '#shared/state/snapshots.ts'

/** Which message of a conversation, counted from 1, is the last one that is not one’s own; 0 where none is. */
export function lastOfOthers({ conversation, messages }: NonNullable<ConversationState>, ownId: string): number {
  const index = messages.findLastIndex(({ author }) => author.memberId !== ownId)
  return conversation.messageCount - (messages.length - 1 - index)
}

/** Tells how far one has read what is on the screen: one request at a time, and each for all that was shown meanwhile. */
export class Reading {
  private readonly tell: (upTo: number) => Promise<unknown>
  private shown = 0
  private told = 0
  private telling = false

  constructor(tell: (upTo: number) => Promise<unknown>) {
    this.tell = tell
  }

  /** Everything up to this message is on a page that can be seen. */
  show(upTo: number): void {
    this.shown = Math.max(this.shown, upTo)
    void this.work()
  }

  private async work(): Promise<void> {
    if (this.telling) return
    this.telling = true
    while (this.told < this.shown) {
      const upTo = this.shown
      const isTold = await this.tell(upTo).then(
        () => true,
        () => false,
      )
      // whatever is shown next tries again
      if (!isTold) break
      this.told = upTo
    }
    this.telling = false
  }
}
