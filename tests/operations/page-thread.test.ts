import { once } from 'node:events'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { projectRoot } from '#server/paths.ts'

test('the thread that reads pages is built beside the server, and works as it is built', async () => {
  const thread = new Worker(path.join(projectRoot, 'dist/server/reader-thread.js'))
  expect(await once(thread, 'message')).toEqual(['ready'])
  thread.postMessage('<html lang="en"><head><title>Title</title></head><body><p>Some words.</p></body></html>')
  expect(await once(thread, 'message')).toEqual([{ title: 'Title', text: 'Some words.', lang: 'en' }])
  await thread.terminate()
})
