import { undo } from '../messages/undo.ts'
import { ApiError } from '../sdk/http.ts'
import { sentenceOf } from './refusal.ts'
import { tell } from './tell-news.ts'

type Done = {
  /** A sentence: what was done. */
  text: string
  /** Why it cannot be taken back any more, asked of the server as it is now; null: it can. */
  between: () => Promise<string | null>
  takeBack: () => Promise<unknown>
  /** A sentence: what is so again. */
  back: string
}

/** Says what was done, and offers to take it back: only where nobody changed it in between. */
export function tellDone(done: Done): void {
  tell({ text: done.text, tone: 'good' }, { action: { label: undo().undo, onClick: () => void takeBack(done) } })
}

async function takeBack({ between, takeBack, back }: Done): Promise<void> {
  try {
    const reason = await between()
    if (reason) return tell({ text: reason, tone: 'warning' })
    await takeBack()
    tell({ text: back, tone: 'good' })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    tell({ text: sentenceOf(error), tone: 'warning' })
  }
}
