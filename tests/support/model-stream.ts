/** A stream of chat completions as OpenAI writes it, and those who write the same. */
type Streamed = { finish?: string | null; done?: boolean; end?: string }

/** The events of an answer: the role first, a comment and an empty choice in between, usage and `[DONE]` last. */
export function streamedAnswer(text: string, { finish = 'stop', done = true, end = '\n' }: Streamed = {}): string {
  const middle = Math.ceil(text.length / 2)
  const parts = [
    eventOf(chunkOf({ role: 'assistant', content: '' })),
    ': keep-alive\n\n',
    eventOf(chunkOf({ content: text.slice(0, middle) })),
    eventOf(chunkOf({ reasoning_content: 'The visitor wants to know something.' })),
    eventOf(chunkOf({ content: text.slice(middle) })),
    finish === null ? '' : eventOf(chunkOf({}, finish)),
    eventOf({ ...head, choices: [], usage: { prompt_tokens: 300, completion_tokens: 20, total_tokens: 320 } }),
    done ? 'data: [DONE]\n\n' : '',
  ]
  return parts.join('').replaceAll('\n', end)
}

export function chunkOf(delta: object, finish: string | null = null): object {
  return { ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] }
}

export function eventOf(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'small', usage: null }
