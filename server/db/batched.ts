import DataLoader from 'dataloader'

/** The most keys in one query. */
const most = 1_000

/**
 * Asks once for all the keys that are wanted in one turn of the event loop: a thousand connections that come back at the
 * same time cost a few queries, not a thousand. Nothing is remembered: what was true a moment ago may have ended.
 */
export function batched<Key, Value>(read: (keys: readonly Key[]) => Promise<Value[]>): DataLoader<Key, Value> {
  return new DataLoader<Key, Value>(read, {
    cache: false,
    maxBatchSize: most,
    batchScheduleFn: (run) => void setImmediate(run),
  })
}
