import { z } from 'zod'
import { withoutInvisible } from '#shared/text.ts'
import { dataOf } from './events.ts'
import { ModelProblem } from './problem.ts'

/** The longest answer, in UTF-16 units: with its source it fits into a message. */
const most = 4_000

/** What counts of a chunk: a usage chunk has no choices, and an error that comes late is one instead of choices. */
const chunkSchema = z.object({
  choices: z.array(
    z.object({
      delta: z.object({ content: z.string().nullish() }).nullish(),
      finish_reason: z.string().nullish(),
    }),
  ),
})

/** Puts a streamed answer together, and says `heard` of each part. Rejects where it is none that could be shown. */
export async function readAnswer(stream: AsyncIterable<Buffer>, heard: () => void): Promise<string> {
  let text = ''
  let finish: string | null = null
  try {
    for await (const data of dataOf(stream)) {
      heard()
      if (data === '[DONE]') break
      const choice = choiceIn(data)
      text += choice?.delta?.content ?? ''
      finish ??= choice?.finish_reason ?? null
      if (text.length > most && withoutThoughts(text).length > most) throw new ModelProblem('too_long')
    }
  } catch (error) {
    // what follows the end is nothing that a visitor would wait for
    if (finish === null) throw error
  }
  return finished(text, finish)
}

function choiceIn(data: string) {
  const chunk = chunkSchema.safeParse(parsed(data))
  if (!chunk.success) throw new ModelProblem('broken')
  return chunk.data.choices[0]
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}

function finished(text: string, finish: string | null): string {
  if (finish === null) throw new ModelProblem('broken')
  if (finish !== 'stop' && finish !== 'length') throw new ModelProblem('unfinished')
  const answer = withoutInvisible(withoutThoughts(text))
  if (answer === '') throw new ModelProblem('empty')
  return finish === 'length' ? `${answer}…` : answer
}

/** Some models think aloud in front of what they say, and some servers leave it there. */
function withoutThoughts(text: string): string {
  return text.replace(/^\s*<think>.*?(<\/think>|$)/s, '')
}
