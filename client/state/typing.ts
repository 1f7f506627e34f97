import { typingPace } from '#shared/messenger.ts'

export type Typing = {
  /** To be called with what stands in the box whenever that changes. */
  typed: (text: string) => void
  stop: () => void
}

/** Says that somebody types: at the first letter, again while they go on, and that they do not once they pause. */
export function sayTyping(say: (types: boolean) => void): Typing {
  let saidAt = Number.NEGATIVE_INFINITY
  let types = false
  let idle: ReturnType<typeof setTimeout> | undefined

  function stop(): void {
    clearTimeout(idle)
    if (types) say(false)
    types = false
  }

  return {
    typed(text) {
      clearTimeout(idle)
      if (text.trim() === '') return stop()
      idle = setTimeout(stop, typingPace.idle)
      if (types && performance.now() - saidAt < typingPace.again) return
      types = true
      saidAt = performance.now()
      say(true)
    },
    stop,
  }
}
