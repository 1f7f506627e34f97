import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Extract } from './extract.ts'
import { isReadable } from './is-readable.ts'
import { PageProblem } from './page-problem.ts'
import type { Told } from './reader-thread.ts'

export type PageReader = { read: (html: string) => Promise<Extract>; close: () => Promise<void> }

/** The longest that one page may take, in milliseconds, and the memory that it may take, in MB. */
const most = { time: 10_000, memory: 256 }
type Most = typeof most
const tangled = 'It is built in a way that cannot be read.'

/**
 * Reads pages in a thread of its own, one after the other: the parser takes seconds or minutes for some, and meanwhile the
 * node would serve nobody. A page that takes too long ends its thread, and the next one begins another.
 */
export function openPageReader({ time, memory }: Most = most): PageReader {
  let thread: Promise<Worker> | null = null
  let turn: Promise<unknown> = Promise.resolve()
  let closed = false

  async function end(): Promise<void> {
    const ending = thread
    thread = null
    await (await ending?.catch(() => null))?.terminate()
  }

  async function take(html: string): Promise<Extract> {
    requireOpen()
    const worker = await (thread ??= startThread(memory)).catch(async (error: unknown) => {
      thread = null
      throw error
    })
    const told = await ask(worker, html, time)
    if (told === undefined) await end()
    requireOpen()
    if (!told) throw new PageProblem(tangled)
    return told
  }

  function requireOpen(): void {
    if (closed) throw new Error('The node ended before the page was read.')
  }

  return {
    read(html) {
      if (!isReadable(html)) return Promise.reject(new PageProblem(tangled))
      const read = turn.then(() => take(html))
      turn = read.catch(() => undefined)
      return read
    },
    async close() {
      closed = true
      await end()
    },
  }
}

async function startThread(memory: number): Promise<Worker> {
  const worker = new Worker(program(), { resourceLimits: { maxOldGenerationSizeMb: memory } })
  worker.unref()
  await once(worker, 'message')
  // what ends it while it reads is heard by whoever waits for the answer
  return worker.on('error', () => undefined)
}

/** The built thread lies beside the built server. From the sources, which a thread cannot run as they are, tsx loads it. */
function program(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('./reader-thread.js', import.meta.url)
  const source = new URL('./reader-thread.ts', import.meta.url).href
  const loader = import.meta.resolve('tsx/esm/api')
  const begin = `import { register } from '${loader}'; register(); await import('${source}')`
  return new URL(`data:text/javascript,${encodeURIComponent(begin)}`)
}

/** What the thread makes of a page; undefined where it took too long, or ended of it. */
function ask(worker: Worker, html: string, time: number): Promise<Told | undefined> {
  return new Promise((resolve) => {
    const late = setTimeout(() => settle(undefined), time)
    const ended = () => settle(undefined)
    function settle(told: Told | undefined): void {
      clearTimeout(late)
      worker.off('message', settle).off('exit', ended)
      resolve(told)
    }
    worker.on('message', settle).on('exit', ended).postMessage(html)
  })
}
