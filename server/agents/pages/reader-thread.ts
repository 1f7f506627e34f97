import { parentPort } from 'node:worker_threads'
import { extract, type Extract } from './extract.ts'

/** What the thread answers: what the page says, or null where it could not be made out. */
export type Told = Extract | null

// A page is somebody else's: however it is built, it costs the thread that it is read in, and nobody else.
parentPort?.on('message', (html: string) => {
  let told: Told = null
  try {
    told = extract(html)
  } catch {
    // malformed beyond what the parser takes, or deeper than the stack: it is told as such
  }
  parentPort?.postMessage(told)
})
parentPort?.postMessage('ready')
