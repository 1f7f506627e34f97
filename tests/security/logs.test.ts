import { createHash } from 'node:crypto'
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { shipping } from '../support/assistant.ts'
import { keyHolder } from '../support/key-holder.ts'
import { answers, useModelServer } from '../support/model-server.ts'
import { useDatabase, type TestNode } from '../support/node.ts'
import { newPerson, password } from '../support/people.ts'
import { freePort } from '../support/ports.ts'
import { useProgram } from '../support/program.ts'
import { newVisitor } from '../support/visitor.ts'

const database = useDatabase()
const model = useModelServer()
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

test('65 152 no log line has an API key in it, whatever fails, and a use that cannot be kept fails no request', async () => {
  const { url, owner } = database()
  const program = start({
    DATABASE_URL: url,
    SECRET_KEY: 'a key that only tests use, 32 letters',
    DATA_DIR: await folder(),
    LOG_LEVEL: 'trace',
  })
  const at = { port: await program.port() } as TestNode
  const kay = newPerson(at, 'Kay')
  const workspaceId = (await kay.signUp()).body.workspaces[0]?.id ?? ''
  const { body: agent } = await kay.createAgent(workspaceId)
  const wanted = { name: 'Shop', scopes: ['contacts:read' as const] }
  const { key } = (await kay.createApiKey(workspaceId, agent.id, wanted)).body
  await owner`revoke update (last_used_at) on api_keys from rollcall_app`
  expect((await keyHolder(at, key).get('/api/v1/agent')).status).toBe(200)
  await newPerson(at).get(`/api/v1/agent?key=${key}`)
  // the database refuses a row for a reason that nobody foresaw, and says more than it should
  await owner.unsafe(`
    create function odd() returns trigger language plpgsql as $$ begin raise exception 'odd ${key}'; end $$;
    create trigger odd before insert on api_keys for each row execute function odd()`)
  expect((await kay.createApiKey(workspaceId, agent.id, wanted)).status).toBe(500)
  const lines = () => program.complaints.join('\n')
  await expect.poll(lines, { timeout: 20_000 }).toMatch(/last use of an API key was not kept[^]*odd \[secret\]/)
  for (const secret of [key, key.slice(9), hashOf(key)]) expect(lines()).not.toContain(secret)
})

test('152 no log line and no metric has the key of a model, a visitor’s words or a passage in it, whatever fails', async () => {
  const { baseUrl, apiKey } = model().endpoint
  const metricsPort = await freePort()
  const program = start({
    DATABASE_URL: database().url,
    SECRET_KEY: 'a key that only tests use, 32 letters',
    DATA_DIR: await folder(),
    METRICS_PORT: String(metricsPort),
    LOG_LEVEL: 'trace',
    ASSISTANT: 'openai',
    OPENAI_BASE_URL: `${baseUrl}/`,
    OPENAI_API_KEY: apiKey,
    OPENAI_MODEL: 'small',
  })
  const at = { port: await program.port() } as TestNode
  const kay = newPerson(at, 'Kay')
  const workspaceId = (await kay.signUp()).body.workspaces[0]?.id ?? ''
  const { body: agent } = await kay.createAgent(workspaceId)
  const path = `/api/workspaces/${workspaceId}/agents/${agent.id}`
  await kay.patch(path, { messenger: { on: true } })
  await kay.post(`${path}/resources`, shipping)
  const question = 'How long does shipping to Kay’s house take?'
  model().gives(answers(401, `{"error":{"message":"Incorrect API key ${apiKey}: ${question}"}}`))
  const visitor = newVisitor(at, agent.id)
  const { body } = await visitor.begin(question)
  const texts = async () => (await visitor.snapshot(body.id)).body.messages.map(({ text }) => text)
  await expect.poll(texts, { timeout: 20_000 }).toEqual([question, `${shipping.answer}\n\nSource: ${shipping.question}`])
  const lines = () => program.complaints.join('\n')
  await expect.poll(lines).toMatch(/"reason":"refused","detail":401/)
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  expect(metrics).toMatch(/^rollcall_model_answers_total\{outcome="refused"\} 1$/m)
  for (const secret of [apiKey, question, shipping.answer, shipping.question]) {
    expect(lines() + metrics + program.printed.join()).not.toContain(secret)
  }
}) // prettier-ignore

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
