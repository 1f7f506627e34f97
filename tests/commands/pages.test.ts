import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { mostPageText } from '#shared/protocol/agents/knowledge.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { readPage } from '#server/agents/pages/read-page.ts'
import { openPageReader } from '#server/agents/pages/reader.ts'
import { finishFetch } from '#server/agents/commands/finish-fetch.ts'
import { runCommand, type Core } from '#server/core/run-command.ts'
import type { Jobs } from '#server/jobs/enqueue.ts'
import { fetchResource } from '#server/jobs/fetch-resource.ts'
import { createLog } from '#server/log.ts'
import { openOutbound } from '#server/outbound/request.ts'
import { knowledgeOf, newKnowledge } from '../support/knowledge.ts'
import { useNode } from '../support/node.ts'
import { gives, sendsOnTo, usePageServer, type Give } from '../support/page-server.ts'
import { newTeam } from '../support/people.ts'
import { verifyInAgent } from '../support/verify-command.ts'

const server = usePageServer()
const node = useNode({}, 1000, { outbound: { addresses: ['127.0.0.1'] } })
const some = expect.any(String) as string

const help = `<!doctype html>
<html lang="de-AT"><head><title>Versand &amp; Rückgabe</title><script>document.title = 'Ran'</script></head>
<body><nav><a href="/">Startseite</a></nav>
<main><h1>Versand</h1><p>Wir liefern in die schönsten Häuser der Stadt.</p><p>Rückgaben sind kostenlos.</p>
<script>document.body.textContent = 'Ran'</script><noscript>Bitte einschalten</noscript></main></body></html>`

test('S3 a page is being read until it was read: title, text and language are its own, and it is found', async () => {
  const { ada, edsger, barbara, workspace } = await newTeam(node())
  const { body: agent } = await ada.createAgent(workspace.id)
  const place = { workspaceId: workspace.id, agentId: agent.id }
  const { page, read, get, titles } = knowledgeOf(node(), edsger, place)
  server().at('/help/', gives(help))
  const id = await verifyInAgent(node(), barbara, place, async () => {
    const { status, body } = await page(server().url('/help/'))
    expect(status).toBe(201)
    const title = server().url('/help').replace('http://', '')
    expect(body).toMatchObject({ kind: 'url', status: 'fetching', title, content: '', language: 'en', fetchedAt: null })
    await read(body.id)
    return body.id
  })
  expect(await get(id)).toMatchObject({ status: 'ready', title: 'Versand & Rückgabe', language: 'de', problem: null, fetchedAt: some }) // prettier-ignore
  const { content } = await get(id)
  expect(content).toContain('Wir liefern in die schönsten Häuser der Stadt.\n\nRückgaben sind kostenlos.')
  expect(content).not.toMatch(/Ran|einschalten|document/)
  expect(await titles('schönes Haus')).toEqual(['Versand & Rückgabe'])
})

test('a page in a language that was given keeps it', async () => {
  const { add, read } = await newKnowledge(node())
  server().at('/given', gives(help))
  const { body } = await add({ kind: 'url', url: server().url('/given'), language: 'en' })
  expect(await read(body.id)).toMatchObject({ status: 'ready', language: 'en' })
})

test('S2 a page is read again on demand; asked for once more meanwhile, nothing changes', async () => {
  const { owner, place, page, read, refresh, titles } = await newKnowledge(node())
  server().at('/news', gives('<title>News</title><p>First of all, breakfast.'))
  const { body } = await page(server().url('/news'))
  await read(body.id)
  let answer: (() => void) | undefined
  const asked = new Promise<void>((resolve) => {
    server().at('/news', (request, response) => {
      answer = () => gives('<title>News</title><p>And then lunch.')(request, response)
      resolve()
    })
  })
  await verifyInAgent(node(), owner, place, async () => {
    expect(await refresh(body.id)).toMatchObject({ status: 200, body: { status: 'fetching' } })
    await asked
    const again = await refresh(body.id)
    expect([again.body.status, again.headers.get('stream-position')]).toEqual(['fetching', null])
    expect(await titles('breakfast')).toEqual(['News'])
    answer?.()
    await read(body.id, 2)
  })
  expect(await Promise.all([titles('breakfast'), titles('lunch')])).toEqual([[], ['News']])
  expect(server().asked('/news')).toBe(2)
})

test('what fails for a moment is tried again, three times in all; what was read before stays to be found', async () => {
  const { page, read, refresh, get, titles } = await newKnowledge(node())
  let times = 0
  server().at('/flaky', (request, response) => {
    times += 1
    gives(times < 3 ? 'Busy' : '<title>Flaky</title><p>Patience pays.', { status: times < 3 ? 503 : 200 })(
      request,
      response,
    )
  })
  const { body } = await page(server().url('/flaky'))
  expect(await read(body.id)).toMatchObject({ status: 'ready', title: 'Flaky' })
  server().at('/flaky', (request) => request.socket.destroy())
  await refresh(body.id)
  expect(await read(body.id, 2)).toMatchObject({ status: 'failed', title: 'Flaky', problem: 'It ended the connection before it had answered.' }) // prettier-ignore
  expect(server().asked('/flaky')).toBe(6)
  expect(await get(body.id)).toMatchObject({ content: 'Patience pays.', fetchedAt: some })
  expect(await titles('patience')).toEqual(['Flaky'])
}, 120_000)

test('a page that is deleted while it is read is gone for good, and so is its job', async () => {
  const { owner, all, page, read } = await newKnowledge(node())
  let answer: (() => void) | undefined
  const asked = new Promise<void>((resolve) => {
    server().at('/gone', (request, response) => {
      answer = () => gives('<p>Too late.')(request, response)
      resolve()
    })
  })
  const { body } = await page(server().url('/gone'))
  await asked
  expect((await owner.delete(`${all}/${body.id}`)).status).toBe(204)
  answer?.()
  server().at('/next', gives('<p>Next.'))
  const next = await page(server().url('/next'))
  await read(next.body.id)
  expect(await node().owner`select id from resources where id = ${body.id}`).toEqual([])
  expect(await node().owner`select resource_id from passages where resource_id = ${body.id}`).toEqual([])
})

test('the job that is run by several at once, and once more, writes its page down once', async () => {
  const { place, page, read, refresh } = await newKnowledge(node())
  server().at('/twice', gives('<title>Twice</title><p>Once.'))
  const { body } = await page(server().url('/twice'))
  await read(body.id)
  const outbound = openOutbound({ addresses: ['127.0.0.1'] })
  const reader = openPageReader()
  const core: Core = { sql: node().sql, follow: () => undefined, publish: () => undefined }
  const handle = fetchResource({ core, outbound, reader, log: createLog('silent') })
  const run = (job: Jobs['fetch-resource']) => handle(job, new AbortController().signal, 1)
  const job = { ...place, resourceId: body.id, takeLanguage: true, attempt: 1 }
  await refresh(body.id)
  await Promise.all([run(job), run(job), run(job)])
  await run(job)
  const told = await node().owner<{ status: string }[]>`
    select data->'resource'->>'status' as status
    from events
    where stream = ${streamOf('agent', place.agentId)} and type = 'resource.updated'
    order by position`
  expect(told.map(({ status }) => status)).toEqual(['ready', 'fetching', 'ready'])
  outbound.close()
  await reader.close()
})

test('what goes wrong here does not leave a page being read for ever: it has failed in the end, and says so', async () => {
  const { place, page, read, refresh, get } = await newKnowledge(node())
  server().at('/ours', gives('<title>Ours</title><p>Words.'))
  const { body } = await page(server().url('/ours'))
  await read(body.id)
  const outbound = openOutbound({ addresses: ['127.0.0.1'] })
  const reader = { read: () => Promise.reject(new Error('There are no more threads.')) }
  const core: Core = { sql: node().sql, follow: () => undefined, publish: () => undefined }
  const run = fetchResource({ core, outbound, reader, log: createLog('silent') })
  const job = { ...place, resourceId: body.id, takeLanguage: true, attempt: 1 }
  await node().owner`update resources set status = 'fetching' where id = ${body.id}`
  const { signal } = new AbortController()
  for (const begun of [1, 2, 3]) await expect(run(job, signal, begun)).rejects.toThrow('There are no more threads.')
  expect(await get(body.id)).toMatchObject({ status: 'fetching', problem: null })
  await run(job, signal, 4)
  const problem = 'Something went wrong here while it was read. Have it read again later.'
  expect(await get(body.id)).toMatchObject({ status: 'failed', problem, content: 'Words.' })
  await refresh(body.id)
  expect(await read(body.id, 3)).toMatchObject({ status: 'ready', problem: null })
  outbound.close()
})

const body = '<title>T</title><p>Words.'
const latin1 = Buffer.from('<meta charset="windows-1252"><title>Café</title><p>Crème brûlée', 'latin1')
const cases: [string, Give, object][] = [
  [
    'plain text',
    gives('Plain & simple\r\n\r\nWords', { headers: { 'Content-Type': 'text/plain' } }),
    { status: 'ready' },
  ],
  [
    'XHTML',
    gives(
      '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml" lang="fr"><head><title>X</title></head><body><p>Mots</p></body></html>',
      { headers: { 'Content-Type': 'application/xhtml+xml' } },
    ),
    { title: 'X', language: 'fr' },
  ],
  ['letters by a tag', gives(latin1, { headers: { 'Content-Type': 'text/html' } }), { title: 'Café' }],
  [
    'letters by the header',
    gives(Buffer.from('<title>Ελλάδα</title><p>a', 'utf16le'), {
      headers: { 'Content-Type': 'text/html; charset=utf-16le' },
    }),
    { title: 'Ελλάδα' },
  ],
  [
    'letters of a name that nobody knows',
    gives(body, { headers: { 'Content-Type': 'text/html; charset=klingon' } }),
    { title: 'T' },
  ],
  ['letters that are wrong', gives(Buffer.from([0x3c, 0x70, 0x3e, 0xff, 0xfe, 0x00, 0x41, 0xc3])), { status: 'ready' }],
  ['no type', (_, response) => void response.writeHead(200).end(body), { problem: 'It is not a page of text.' }],
  [
    'a picture',
    gives('GIF89a', { headers: { 'Content-Type': 'image/gif' } }),
    { problem: 'It is not a page of text.' },
  ],
  [
    'compressed',
    gives(gzipSync(body), { headers: { 'Content-Encoding': 'gzip' } }),
    { problem: 'It came compressed, which was not asked for.' },
  ],
  [
    'scripts alone',
    gives('<html><head></head><body><script>document.write("x")</script></body></html>'),
    { problem: 'There is no text on it that can be read.' },
  ],
  ['nothing', gives(''), { problem: 'There is no text on it that can be read.' }],
  ['404', gives('Gone', { status: 404 }), { problem: 'There is no such page (404).' }],
  ['403', gives('No', { status: 403 }), { problem: 'It may not be read without signing in (403).' }],
  ['418', gives('Tea', { status: 418 }), { problem: 'Its server answered with the status 418.' }],
  ['tags never closed', gives('<title>T<p><b>One<i>two</p><td>three</b>'), { status: 'failed' }],
  ['malformed', gives('</div><p a="b>&#xd800;&#0;<![CDATA[ <<<>>> &amp &unknown; Words<p'), {}],
  [
    'a depth of 100,000',
    gives(`<title>T</title>${'<div>'.repeat(100_000)}x`),
    { problem: 'It is built in a way that cannot be read.' },
  ],
  [
    'a sign-in in a redirect',
    sendsOnTo('ftp://example.com/'),
    { problem: 'It sends its readers on to no web address.' },
  ],
  ['a title of 5,000 letters', gives(`<title>${'word '.repeat(1000)}</title><p>Words.`), { status: 'ready' }],
]

test.each(cases)('a page of %s never throws and never hangs', async (name, give, expected) => {
  const { page, read } = await newKnowledge(node())
  const path = `/case/${encodeURIComponent(name)}`
  server().at(path, give)
  const { body: made } = await page(server().url(path))
  const got = await read(made.id)
  expect(got).toMatchObject({ ...('problem' in expected && { status: 'failed' }), ...expected })
  expect(got.title.length).toBeLessThanOrEqual(300)
  expect(server().asked(path)).toBe(1)
})

test('a server that dribbles is waited for as long as any, and may do better the next time', async () => {
  server().at('/slow', (request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' })
    const dribble = setInterval(() => response.write('<p>a'), 200)
    request.on('close', () => clearInterval(dribble))
  })
  const outbound = openOutbound({ addresses: ['127.0.0.1'] })
  const reader = openPageReader()
  const problem = { message: 'It did not answer within 10 seconds.', passing: true }
  await expect(readPage({ outbound, reader }, server().url('/slow'))).rejects.toMatchObject(problem)
  await reader.close()
  outbound.close()
})

test('redirects are followed five times, and no further', async () => {
  const { page, read } = await newKnowledge(node())
  server().at('/end', gives('<title>End</title><p>Here.'))
  for (let n = 1; n <= 6; n += 1) server().at(`/hop${n}`, sendsOnTo(n === 1 ? 'end' : `/hop${n - 1}`))
  server().at('/round', sendsOnTo('/round'))
  const five = await page(server().url('/hop5'))
  expect(await read(five.body.id)).toMatchObject({ status: 'ready', title: 'End' })
  for (const path of ['/hop6', '/round']) {
    const { body: made } = await page(server().url(path))
    expect(await read(made.id)).toMatchObject({
      status: 'failed',
      problem: 'It sends its readers on more than 5 times.',
    })
  }
})

test('a long page is read up to what a resource can hold, and a very long one not at all', async () => {
  const { page, read, get } = await newKnowledge(node())
  const paragraph = '<p>Long pages have many words, and all of them are read, up to a certain number of letters.'
  server().at('/long', gives(`<title>Long</title>${paragraph.repeat(5_000)}`))
  server().at('/endless', gives('x'.repeat(10 * 1024 * 1024)))
  const long = await page(server().url('/long'))
  expect(await read(long.body.id)).toMatchObject({ status: 'ready' })
  const { content } = await get(long.body.id)
  expect(content.length).toBeGreaterThan(mostPageText - 100)
  expect(content.length).toBeLessThanOrEqual(mostPageText)
  const endless = await page(server().url('/endless'))
  expect(await read(endless.body.id)).toMatchObject({ status: 'failed', problem: 'Its answer is longer than 2048 kB.' })
})

test('S5 what was read of a page is told behind a removal that is under way, not beside it', async () => {
  const { place } = await newKnowledge(node())
  const { owner, sql } = node()
  const resourceId = crypto.randomUUID()
  await owner`
    insert into resources
      (id, workspace_id, agent_id, kind, title, content, url, language, status, created_at, updated_at)
    values
      (${resourceId}, ${place.workspaceId}, ${place.agentId}, 'url', 'Help', '', 'https://example.com/', 'en', 'fetching', now(), now())`
  const core: Core = { sql, follow: () => undefined, publish: () => undefined }
  const outcome = { title: 'Help', content: 'All of it.', language: null }
  let done = false
  // locked as a removal locks it
  const finishing = await owner.begin(async (tx) => {
    await tx`select id from workspaces where id = ${place.workspaceId} for no key update`
    const running = runCommand(core, finishFetch, { ...place, resourceId, outcome }).then(() => (done = true))
    const waiting = () => owner`
      select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%from workspaces%for share%'`
    await expect.poll(async () => (await waiting()).length).toBe(1)
    expect(done).toBe(false)
    return { running }
  })
  await finishing.running
  const [{ status } = { status: '' }] = await owner<{ status: string }[]>`
    select status from resources where id = ${resourceId}`
  expect(status).toBe('ready')
})
