import { request } from 'node:http'
import { expect, test } from 'vitest'
import { startMailPeer } from '../support/mail.ts'
import type { TestNode } from '../support/node.ts'
import { newPerson, password, type Person } from '../support/people.ts'
import { freePort } from '../support/ports.ts'
import { useProgram } from '../support/program.ts'

const { folder, start } = useProgram()
const pages = ['/dev/mail', '/dev/mail.json']

test.each(['', 'http://localhost', 'http://127.0.0.1'])(
  'at the local address %j the mailbox shows what would have been sent, with links of that address',
  async (name) => {
    const port = await freePort()
    const publicUrl = name && `${name}:${port}`
    await start({ DATA_DIR: await folder(), PORT: String(port), PUBLIC_URL: publicUrl }).line(/running at/)
    const own = `localhost:${port}`
    expect((await at(port, own, '/dev/mail')).body).toContain('No email yet')
    const ada = newPerson({ port } as TestNode, '<b>Ada</b>')
    const { body } = await ada.post<{ workspaces: { id: string }[] }>('/api/auth/sign-up', signUpOf(ada))
    await ada.invite(body.workspaces[0]?.id ?? '', 'kay@example.com')
    const kept = async () => JSON.parse((await at(port, own, '/dev/mail.json')).body) as { to: string; text: string }[]
    // the one that confirms her address, and the invitation
    await expect.poll(kept, { timeout: 15_000 }).toHaveLength(2)
    const mails = await kept()
    for (const [to, page] of [
      ['ada@example.com', 'verify'],
      ['kay@example.com', 'invite'],
    ] as const) {
      const text = mails.find((mail) => mail.to === to)?.text
      expect(text).toContain(`${publicUrl || `http://localhost:${port}`}/${page}#`)
    }
    const page = (await at(port, own, '/dev/mail')).body
    expect(page).toContain('kay@example.com')
    expect(page).not.toContain('<b>Ada')
    // another name for this machine, as a page of somebody else's would give it
    for (const path of pages) expect((await at(port, 'rebound.example.com', path)).status).toBe(421)
  },
)

test('there is no mailbox at a public address, nor where emails are sent', async () => {
  const mail = await startMailPeer()
  for (const publicUrl of ['https://rollcall.example.com', '']) {
    const port = await freePort()
    const settings = { PORT: String(port), PUBLIC_URL: publicUrl, SMTP_URL: mail.url }
    await start({ DATA_DIR: await folder(), ...settings }).line(/running at/)
    const host = publicUrl ? 'rollcall.example.com' : `localhost:${port}`
    expect((await at(port, host, '/readyz')).status).toBe(200)
    for (const path of [...pages, '/dev/mail/', '/dev//mail']) {
      expect(await at(port, host, path)).toMatchObject({
        status: 404,
        body: expect.stringContaining('"not_found"') as string,
      })
    }
  }
  await mail.stop()
})

test('the mailbox is for this machine alone: a neighbour who calls it by its local name has none', async () => {
  const port = await freePort()
  const settings = { DATA_DIR: await folder(), PORT: String(port), TRUSTED_PROXIES: '127.0.0.1' }
  await start(settings).line(/running at/)
  for (const path of pages) {
    for (const neighbour of ['192.168.1.20', '2001:db8::1']) {
      expect((await at(port, `localhost:${port}`, path, { 'X-Forwarded-For': neighbour })).status).toBe(404)
    }
    expect((await at(port, `localhost:${port}`, path, { 'X-Forwarded-For': '::1' })).status).toBe(200)
    expect((await at(port, `localhost:${port}`, path)).status).toBe(200)
  }
})

function signUpOf({ name }: Person) {
  return { email: 'ada@example.com', password, name }
}

/** A browser cannot choose the Host, so this is written by hand. */
function at(
  port: number,
  host: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers: { Host: host, ...headers } }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (part: string) => (body += part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
    asked.on('error', reject).end()
  })
}
