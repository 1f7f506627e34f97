import { createHash } from 'node:crypto'
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { useDatabase, type TestNode } from '../support/node.ts'
import { newPerson, password } from '../support/people.ts'
import { freePort } from '../support/ports.ts'
import { useProgram } from '../support/program.ts'

const database = useDatabase()
const { folder, start } = useProgram()

test('22 128 152 no log line has an address, a token, a password, a hash or a name in it, whatever fails', async () => {
  const mail = await refusingMail()
  const program = start({
    DATABASE_URL: database().url,
    SECRET_KEY: 'a key that only tests use, 32 letters',
    SMTP_URL: mail.url,
    DATA_DIR: await folder(),
    LOG_LEVEL: 'trace',
  })
  const kay = newPerson({ port: await program.port() } as TestNode, 'Kay')
  const { body } = await kay.signUp()
  const token = 'x'.repeat(43)
  await kay.invite(body.workspaces[0]?.id ?? '', 'unknown.here@example.com')
  await kay.post('/api/invitations/preview', { token })
  await kay.get(`/invite?token=${token}`)
  // the database refuses a row for a reason that nobody foresaw, and says which row it was
  await database().owner`alter table users add constraint odd check (name <> 'Oddname')`
  const odd = newPerson({ port: await program.port() } as TestNode, 'Oddname')
  expect((await odd.signUp()).status).toBe(500)
  const lines = () => program.complaints.join('\n')
  await expect.poll(lines, { timeout: 20_000 }).toMatch(/a request failed[^]*send-email|send-email[^]*a request failed/)
  const cookie = kay.cookie().split('=')[1] ?? ''
  const secrets = [kay.email, odd.email, 'unknown.here', token, password, cookie, hashOf(cookie), 'argon2', 'Oddname']
  for (const secret of secrets) expect(lines()).not.toContain(secret)
  await mail.stop()
})

/** A real SMTP server that takes nothing, and names whom it does not take. */
async function refusingMail(): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _, done) => done(new Error(`There is no <${address}> here`)),
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { url: `smtp://127.0.0.1:${port}`, stop: () => new Promise((resolve) => server.close(() => resolve())) }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
