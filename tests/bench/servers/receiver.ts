import { now } from '../clock.ts'
import { reachable, startReceiver } from '../../support/receiver.ts'
import { answerBench } from './child.ts'

/** Somebody who receives webhooks, answers 204 and knows when. */
let expected = Number.POSITIVE_INFINITY
let times: number[] = []
let done: (rate: number) => void = () => undefined
const receiver = await startReceiver({
  heard() {
    times.push(now())
    if (times.length !== expected) return
    // from the first to the last: what comes before the first is no delivery
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000
    done((expected - 1) / seconds)
  },
})
answerBench(receiver.port, receiver.stop, {
  authority: () => reachable.outbound.authority,
  /** Answers, once so many were received from now on, how many those were a second. */
  receive: ({ count }: { count: number }) => {
    ;[expected, times] = [count, []]
    return new Promise<number>((resolve) => (done = resolve))
  },
})
