import DataLoader from 'dataloader'

/** The most keys in one query. */
const most = 1_000

/** For connections that come back together, though never in the same instant; in milliseconds. */
export const stormPace = 20
/** A look that takes so many paces is waited for no longer. */
const mostPaces = 10

/**
 * Asks once for all the keys that are wanted in one turn of the event loop. With a `pace`, what is wanted while a look is
 * under way waits for its end and so many milliseconds, and shares the next one: a thousand connections that come back
 * together cost a few queries, not a thousand, and a single one does not wait. Nothing is remembered: what was true a
 * moment ago may have ended.
 */
export function batched<Key, Value>(
  read: (keys: readonly Key[]) => Promise<Value[]>,
  pace = 0,
): DataLoader<Key, Value> {
  let busy = false
  let waiting: (() => void)[] = []
  function next(): void {
    busy = waiting.length > 0
    const looks = waiting
    waiting = []
    for (const look of looks) look()
  }
  async function paced(keys: readonly Key[]): Promise<Value[]> {
    let over = false
    const end = (): void => {
      if (over) return
      over = true
      if (waiting.length > 0) setTimeout(next, pace)
      else busy = false
    }
    const patience = setTimeout(end, pace * mostPaces)
    return read(keys).finally(() => {
      clearTimeout(patience)
      end()
    })
  }
  return new DataLoader<Key, Value>(pace > 0 ? paced : read, {
    cache: false,
    maxBatchSize: most,
    batchScheduleFn(run) {
      if (busy) waiting.push(run)
      else setImmediate(run)
      busy = pace > 0
    },
  })
}
