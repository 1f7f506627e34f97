import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

export type BenchServer = {
  port: number
  /** Bytes that are in use after a garbage collection: in the JavaScript heap and outside, and what the process has. */
  memory: () => Promise<{ used: number; resident: number }>
  /** Milliseconds of processor time since it started. */
  cpu: () => Promise<number>
  /** Waits until it has no more than so many TCP connections, in and out. */
  quiet: (connections: number) => Promise<void>
  /** Any other question that the server's file answers. */
  ask: (question: object) => Promise<unknown>
  stop: () => Promise<void>
  /** Ends it without a word. */
  kill: () => Promise<void>
}

type Waiting = { resolve: (answer: unknown) => void; reject: (error: Error) => void }
type Answer = { nth: number; answer: unknown; failure?: string }

/** Starts one of the servers beside this file, or what became of it in a build, in a process of its own. */
export async function startServer(program: string, settings: Record<string, string> = {}): Promise<BenchServer> {
  const file = path.basename(program)
  const profile = settings['PROFILE'] ? ['--cpu-prof', `--cpu-prof-dir=${settings['PROFILE']}`] : []
  const child = fork(path.resolve(import.meta.dirname, program), {
    execArgv: [...(file.endsWith('.ts') ? ['--import', 'tsx'] : []), '--expose-gc', ...profile],
    env: { PATH: process.env['PATH'] ?? '', ...settings },
    serialization: 'advanced',
  })
  const waiting = new Map<number, Waiting>()
  let asked = 0
  const ended = once(child, 'exit')
  child.on('message', ({ nth, answer, failure }: Answer) => {
    const { resolve, reject } = waiting.get(nth) ?? {}
    waiting.delete(nth)
    if (failure !== undefined) reject?.(new Error(`${file}: ${failure}`))
    else resolve?.(answer)
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended (${String(code)}).`))
  })
  const answered = (nth: number) => new Promise<unknown>((resolve, reject) => waiting.set(nth, { resolve, reject }))
  const { port } = (await answered(0)) as { port: number }
  const ask = (question: object) => {
    asked += 1
    const answer = answered(asked)
    child.send({ nth: asked, ...question })
    return answer
  }
  return {
    port,
    ask,
    memory: () => ask({ ask: 'memory' }) as Promise<{ used: number; resident: number }>,
    cpu: () => ask({ ask: 'cpu' }) as Promise<number>,
    async quiet(connections) {
      while (((await ask({ ask: 'connections' })) as number) > connections) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    stop: () => finish(child, ended, () => child.send({ nth: 0, ask: 'stop' })),
    kill: () => finish(child, ended, () => child.kill('SIGKILL')),
  }
}

async function finish(child: ChildProcess, ended: Promise<unknown>, end: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  end()
  await ended
}

type Question = { nth: number; ask: string }

/** What a server's file says to the benchmark: its port now, answers later. */
export function answerBench(
  port: number,
  stop: () => Promise<void> | void,
  answers: Record<string, (question: never) => unknown> = {},
): void {
  const own: typeof answers = { memory: memoryInUse, cpu: processorTime, connections }
  process.on('message', (question: Question) => {
    if (question.ask === 'stop') {
      void Promise.resolve(stop()).then(() => process.exit(0))
      return
    }
    const answer = answers[question.ask] ?? own[question.ask]
    Promise.resolve(answer?.(question as never)).then(
      (given) => process.send?.({ nth: question.nth, answer: given } satisfies Answer),
      (error: unknown) => process.send?.({ nth: question.nth, answer: null, failure: String(error) } satisfies Answer),
    )
  })
  // without the benchmark nobody would end it
  process.on('disconnect', () => process.exit(1))
  process.send?.({ nth: 0, answer: { port } } satisfies Answer)
}

function memoryInUse(): { used: number; resident: number } {
  for (let times = 0; times < 3; times += 1) globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { used: heapUsed + external, resident: rss }
}

function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function connections(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
}
