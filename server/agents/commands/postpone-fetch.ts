import type { Command } from '../../core/run-command.ts'
import { enqueue, type Jobs } from '../../jobs/enqueue.ts'
import { fetchKey } from '../fetch-key.ts'
import { openFetch, type Fetching } from '../open-fetch.ts'

/** Has a page that could not be read for now read once more, so many seconds later. Tells nobody: it still is being read. */
export const postponeFetch: Command<Jobs['fetch-resource'] & { seconds: number }, Fetching, void> = {
  open: openFetch,
  async run({ tx, draft, at, found }, { seconds, attempt, ...job }) {
    if (!found) return
    const later = new Date(Date.parse(at) + seconds * 1000).toISOString()
    const payload = { ...job, attempt: attempt + 1 }
    draft.send(enqueue(tx, { task: 'fetch-resource', payload, at: later, key: fetchKey(found.id) }))
  },
}
