import { postToTrusted } from '../../../outbound/trusted.ts'
import { beginWaiting, type Patience } from './patience.ts'
import { ModelProblem } from './problem.ts'
import type { Prompt } from './prompt.ts'
import { readAnswer } from './read-answer.ts'

/** An endpoint that speaks OpenAI's chat completions. Without a key it is asked without one. */
export type Endpoint = { baseUrl: string; apiKey: string | undefined; model: string }

type Waiting = { patience: Patience; ending: AbortSignal }

/** Asks a model once. Rejects with a `ModelProblem` where there is no answer that could be shown. */
export async function askModel(endpoint: Endpoint, prompt: Prompt, { patience, ending }: Waiting): Promise<string> {
  const waiting = beginWaiting(patience, ending)
  try {
    return await exchange(endpoint, prompt, waiting)
  } catch (error) {
    throw waiting.signal.aborted ? waiting.signal.reason : error
  } finally {
    waiting.stop()
  }
}

type Waited = ReturnType<typeof beginWaiting>

async function exchange(endpoint: Endpoint, messages: Prompt, { signal, heard }: Waited): Promise<string> {
  const { baseUrl, apiKey, model } = endpoint
  const response = await postToTrusted(`${baseUrl}/chat/completions`, {
    headers: { Accept: 'text/event-stream', ...(apiKey !== undefined && { Authorization: `Bearer ${apiKey}` }) },
    body: JSON.stringify({ model, stream: true, messages }),
    signal,
  }).catch((error: unknown) => {
    throw new ModelProblem('unreachable', codeOf(error))
  })
  try {
    requireStream(response.statusCode ?? 0)
    return await readAnswer(response, heard)
  } catch (error) {
    throw error instanceof ModelProblem ? error : new ModelProblem('broken', codeOf(error))
  } finally {
    response.destroy()
  }
}

function requireStream(status: number): void {
  if (status === 200) return
  throw new ModelProblem(status === 429 ? 'rate_limited' : status >= 500 ? 'failing' : 'refused', status)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
