import { execFile, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { build } from 'vite'
import { afterAll, expect, test } from 'vitest'
import { see, useBrowser } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { join, newUser } from '../support/people.ts'

const run = promisify(execFile)
const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-consumer-'))
// what this node gives for pages is somebody else's page
const node = useNode(async () => ({ clientDir: await buildProject() }))
const browser = useBrowser(node)
afterAll(() => rm(folder, { recursive: true, force: true }))

const consumer = `import { createRollcall } from '@rollcall/client'
const roster = createRollcall({ url: process.env.URL!, cookie: process.env.COOKIE! }).watchWorkspace(process.env.ID!)
roster.subscribe(({ members, seats }) => console.log(members.map(({ displayName, role }) => displayName + ' ' + role).join(), seats.used))
`
const mistake = `import { createRollcall } from '@rollcall/client'
createRollcall().watchWorkspace('id').subscribe(({ members }) => members.map(({ salary }) => salary))
`

const shown = `import { createRollcall } from '@rollcall/client'
const roster = createRollcall().watchWorkspace(location.pathname.slice(1))
roster.subscribe(({ members }) => document.querySelector('ol').replaceChildren(...members.map(itemOf)))
const itemOf = ({ displayName }) => Object.assign(document.createElement('li'), { textContent: displayName })
`

/** Somebody else's project: the packed package, and of everything that is installed here its one dependency. */
async function buildProject(): Promise<string> {
  await run('npm', ['run', '--silent', 'build:sdk'])
  const { stdout } = await run('npm', ['pack', path.resolve('dist/sdk'), '--pack-destination', folder, '--silent'])
  const home = path.join(folder, 'node_modules/@rollcall/client')
  await mkdir(home, { recursive: true })
  await run('tar', ['-xzf', path.join(folder, stdout.trim()), '-C', home, '--strip-components', '1'])
  for (const name of ['socket.io-client', '@types'])
    await symlink(path.resolve('node_modules', name), path.join(folder, 'node_modules', name))
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(
    path.join(folder, 'index.html'),
    '<!doctype html><title>A page</title><ol></ol><script type="module" src="/show.js"></script>',
  )
  await writeFile(path.join(folder, 'show.js'), shown)
  await cp('dist/client', path.join(folder, 'dist'), { recursive: true })
  await build({ root: folder, logLevel: 'error', build: { emptyOutDir: false, modulePreload: { polyfill: false } } })
  return path.join(folder, 'dist')
}

async function typeErrorsOf(text: string): Promise<string> {
  const file = path.join(folder, 'consumer.ts')
  await writeFile(file, text)
  const how = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom']
  const checked = run(path.resolve('node_modules/.bin/tsc'), [...how, '--types', 'node', file], { cwd: folder })
  return checked.then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  )
}

test('the package says by itself what everything is: three lines are checked without this repository or zod', async () => {
  expect(await typeErrorsOf(consumer)).toBe('')
  expect(await typeErrorsOf(mistake)).toContain("Property 'salary' does not exist")
})

test('three lines in Node show who joins, live', async () => {
  const [ada, grace] = await Promise.all([newUser(node(), 'Ada'), newUser(node(), 'Grace')])
  await ada.setAddonSeats(2)
  const { id } = await ada.createWorkspace('Acme')
  const file = path.join(folder, 'consumer.mjs')
  await writeFile(file, consumer.replaceAll('!', ''))
  const env = { ...process.env, URL: node().url, COOKIE: ada.cookie(), ID: id }
  const child = spawn(process.execPath, [file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  try {
    expect((await lines.next()).value).toBe('Ada owner 0')
    await join(ada, id, grace, 'viewer')
    let line = ''
    while (line !== 'Ada owner,Grace viewer 1') line = String((await lines.next()).value)
  } finally {
    child.kill()
  }
})

test('the same file shows it in a page of the server’s origin', async () => {
  const [ada, grace] = await Promise.all([newUser(node(), 'Ada'), newUser(node(), 'Grace')])
  await ada.setAddonSeats(2)
  const { id } = await ada.createWorkspace('Acme')
  const page = await browser.visit('/favicon.svg')
  const [name = '', value = ''] = ada.cookie().split('=')
  await page.context().addCookies([{ name, value, url: node().url }])
  await page.goto(`/${id}`)
  await see(page.getByRole('listitem')).toHaveText(['Ada'])
  await join(ada, id, grace, 'viewer')
  await see(page.getByRole('listitem')).toHaveText(['Ada', 'Grace'])
})
