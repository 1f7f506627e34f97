/**
 * For `NODE_OPTIONS=--import=<this file>`: what befalls a program by no fault of its operator, on a signal that MISFORTUNE
 * names. `throws`: an exception that nobody catches. `rejects`: a promise that nobody waits for. `stalls`: five seconds
 * of work without a break. `counts`: collects garbage and says, in a line of JSON, what the process holds.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const misfortunes = {
  throws() {
    throw new Error('thrown by a test')
  },
  rejects() {
    void Promise.reject(new Error('rejected by a test'))
  },
  stalls() {
    const until = performance.now() + 5_000
    while (performance.now() < until);
  },
  counts() {
    setFlagsFromString('--expose-gc')
    runInNewContext('gc')()
    const kinds = process.getActiveResourcesInfo()
    const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
    const held = { heap: process.memoryUsage().heapUsed, timers: kinds.filter((kind) => kind === 'Timeout').length }
    process.stderr.write(`${JSON.stringify({ ...held, resources: kinds.length, listeners })}\n`)
  },
}

process.on('SIGUSR2', misfortunes[process.env['MISFORTUNE'] ?? 'throws'])
