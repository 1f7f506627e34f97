import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

export type BenchServer = {
  port: number
  /** Bytes that are in use after a garbage collection, inside the JavaScript heap and outside. */
  memory: () => Promise<number>
  /** Any other question that the server's file answers. */
  ask: (question: object) => Promise<unknown>
  stop: () => Promise<void>
}

/** Starts one of the servers beside this file in a process of its own. */
export async function startServer(file: string, settings: Record<string, string> = {}): Promise<BenchServer> {
  const child = fork(path.join(import.meta.dirname, file), {
    execArgv: ['--import', 'tsx', '--expose-gc', ...(settings['PROFILE'] ? ['--cpu-prof', `--cpu-prof-dir=${settings['PROFILE']}`] : [])],
    env: { PATH: process.env['PATH'] ?? '', ...settings },
  }) // prettier-ignore
  const { port } = (await answerOf(child)) as { port: number }
  const ask = (question: object) => {
    const answer = answerOf(child)
    child.send(question)
    return answer
  }
  return {
    port,
    ask,
    memory: async () => ((await ask({ ask: 'memory' })) as { bytes: number }).bytes,
    async stop() {
      const ended = once(child, 'exit')
      child.send({ ask: 'stop' })
      await ended
    },
  }
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`A server of the benchmark ended (${String(code)}).`)
  })
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
  return answer
}

/** What a server's file says to the benchmark: its port now, answers later. */
export function answerBench(
  port: number,
  stop: () => Promise<void> | void,
  answers: Record<string, (question: never) => unknown> = {},
): void {
  process.on('message', (question: { ask: string }) => {
    if (question.ask === 'stop') void Promise.resolve(stop()).then(() => process.exit(0))
    else if (question.ask === 'memory') process.send?.({ bytes: memoryInUse() })
    else process.send?.(answers[question.ask]?.(question as never) ?? {})
  })
  process.send?.({ port })
}

function memoryInUse(): number {
  for (let times = 0; times < 3; times += 1) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
