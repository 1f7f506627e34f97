import DataLoader from 'dataloader'

/** The most keys in one query. */
const most = 1_000

/** For connections that come back together, though never in the same instant; in milliseconds. */
export const stormPace = 50

/**
 * Asks once for all the keys that are wanted in one turn of the event loop, and not again within `pace` milliseconds: a
 * thousand connections that come back together cost a few queries, not a thousand, and a single one does not wait.
 * Nothing is remembered: what was true a moment ago may have ended.
 */
export function batched<Key, Value>(
  read: (keys: readonly Key[]) => Promise<Value[]>,
  pace = 0,
): DataLoader<Key, Value> {
  let last = -Infinity
  return new DataLoader<Key, Value>(read, {
    cache: false,
    maxBatchSize: most,
    batchScheduleFn(run) {
      const ask = (): void => {
        last = performance.now()
        run()
      }
      const wait = last + pace - performance.now()
      if (wait > 0) setTimeout(ask, wait)
      else setImmediate(ask)
    },
  })
}
