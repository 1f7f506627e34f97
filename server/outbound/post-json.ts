import { OutboundProblem, type Outbound } from './request.ts'

/** What became of a request: the status of its answer, or why there was none, in a sentence. */
export type Attempted = { status: number; problem: null } | { status: null; problem: string }

type Posted = { body: string; headers?: Record<string, string>; signal?: AbortSignal | undefined }

/** The most of an answer that is read. */
const mostBytes = 64 * 1024

/** Posts JSON to somebody who is told something; of the answer the status alone matters. */
export async function postJson(outbound: Outbound, url: string, posted: Posted): Promise<Attempted> {
  const { body, headers, signal } = posted
  try {
    const { status } = await outbound.request(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
      mostBytes,
      cut: true,
      ...(signal && { signal }),
    })
    return { status, problem: null }
  } catch (error) {
    if (error instanceof OutboundProblem) return { status: null, problem: error.message }
    throw error
  }
}

export function wasTaken({ status }: Attempted): boolean {
  return status !== null && status >= 200 && status < 300
}

/** Why it was not taken, in a sentence. */
export function reasonOf({ status, problem }: { status: number | null; problem: string | null }): string {
  return problem ?? `It answered ${status}.`
}
