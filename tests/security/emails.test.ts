import { expect, test } from 'vitest'
import { displayNameSchema, workspaceNameSchema } from '#shared/text.ts'
import { invitationMail } from '#server/mail/workspace-emails.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, password, type Failure } from '../support/people.ts'

const node = useNode()

test.each([
  '"a@evil.com"@example.com',
  'a(comment)@example.com',
  'a@example.com,b@evil.com',
  'a@example.com;b@evil.com',
  'a@example.com b@evil.com',
  'a@example.com\r\nBcc: b@evil.com',
  'a@example.com\nb@evil.com',
  'Ada <a@example.com>',
  'group: a@example.com, b@evil.com;',
  '<a@example.com>',
  'a@evil.com@example.com',
  'a@[127.0.0.1]',
  'a@example.com>',
  'a%0d%0abcc:b@evil.com@example.com',
  '=?utf-8?q?a=40evil.com=3E?=@example.com\u0000',
  'a＠example.com',
  'quac\u212A@example.com',
  'ada@exämple.com',
  'аda@example.com',
])('135 136 139 nobody is invited at or signs up with %j', async (email) => {
  const ada = await newUser(node())
  const path = `/api/workspaces/${(await ada.me()).workspaces[0]?.id}/invitations`
  const before = node().mail.received.length
  const answers = [
    await ada.post<Failure>(path, { email, role: 'viewer' }),
    await newPerson(node()).post<Failure>('/api/auth/sign-up', { email, password, name: 'Eve' }),
  ]
  for (const { status, body } of answers)
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_input' })
  for (const { body } of answers) expect(body.errors?.map((error) => error.path)).toEqual(['email'])
  await ada.post(path, { email: `after.${ada.email}`, role: 'viewer' })
  await node().mail.next(`after.${ada.email}`)
  expect(node().mail.received).toHaveLength(before + 1)
})

test('137 138 an address is one however it is written, and the email goes to the stored one alone', async () => {
  const { ada, workspace } = await newTeam(node())
  const kay = newPerson(node(), 'Kay')
  const written = ` ${kay.email.toUpperCase()} `
  const { status, body } = await ada.invite(workspace.id, written)
  expect({ status, email: body.email }).toEqual({ status: 201, email: kay.email })
  const { recipients, headers } = await node().mail.next(kay.email)
  expect(recipients).toEqual([kay.email])
  expect(headers.filter((line) => /^(to|cc|bcc):/i.test(line))).toEqual([`To: ${kay.email}`])
  expect((await ada.invite(workspace.id, kay.email)).status).toBe(409)
  await kay.signUp()
  expect((await newPerson(node()).post('/api/auth/sign-in', { email: written, password })).status).toBe(200)
})

test('138 dots and plus signs are not folded: each is an address of its own', async () => {
  const { ada, workspace } = await newTeam(node())
  const n = workspace.id.slice(-12)
  for (const email of [`kay${n}@gmail.com`, `k.ay${n}@gmail.com`, `kay${n}+x@gmail.com`]) {
    expect(await ada.invite(workspace.id, email)).toMatchObject({ status: 201, body: { email } })
  }
})

const names = [
  'Ada"><img src=x onerror=alert(1)>',
  '</td><script>alert(1)</script>',
  'Visit https://evil.test/login now',
  'www.evil.test',
  'evil.test',
  'пример.рф/вход',
  'evil。test',
  'Bcc: b@evil.test',
  '=?utf-8?q?=0d=0aBcc:_b@evil.test?=',
  '&lt;b&gt; {{x}} %s ${x}',
]

test.each(names)('140 the name %j is text in the email: no header, no markup, no link', async (name) => {
  const ada = await newUser(node())
  const workspace = await ada.createWorkspace(name)
  await ada.patch(`/api/workspaces/${workspace.id}/membership`, { displayName: name })
  const email = `named.${workspace.id.slice(-12)}@example.com`
  await ada.invite(workspace.id, email)
  const mail = await node().mail.next(email)
  expect(mail.recipients).toEqual([email])
  expect(mail.headers.map((line) => line.split(':')[0]?.toLowerCase()).sort()).toEqual(
    ['content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'],
  )
  expect(mail.subject.replaceAll('\u2060', '')).toBe(`${name} invites you to ${name}`)
  expect(mail.html.match(/<(a|img|script|b)\b/g)).toEqual(['<a'])
  for (const text of [mail.subject, mail.text, mail.html]) expect(linksIn(text, node().url)).toEqual([])
}) // prettier-ignore

test.each(['Ada\r\nBcc: b@evil.test', 'Ada\nX: y', 'Ada\u2028Bcc: b@evil.test', 'x'.repeat(5_000)])(
  '140 %j is no name at all: line breaks and five kilobytes never reach an email',
  async (name) => {
    const ada = await newUser(node())
    const own = `/api/workspaces/${(await ada.me()).workspaces[0]?.id}`
    expect((await ada.post('/api/workspaces', { name })).status).toBe(400)
    expect((await ada.patch(own, { name })).status).toBe(400)
    expect((await ada.patch(`${own}/membership`, { displayName: name })).status).toBe(400)
    expect((await newPerson(node()).post('/api/auth/sign-up', { email: `x${ada.email}`, password, name })).status).toBe(
      400,
    )
  },
)

test('140 the longest names that there are still make a subject of one line', () => {
  const data = { role: 'viewer', expiresAt: new Date(0).toISOString() }
  const inviterName = displayNameSchema.parse('😀'.repeat(64))
  const mail = invitationMail(
    { ...data, inviterName, workspaceName: workspaceNameSchema.parse('w'.repeat(80)) },
    'link',
  )
  expect(mail.subject).not.toMatch(/[\r\n]/)
  expect([...mail.subject].length).toBeLessThan(200)
})

test('19 an email is the only place where the token of a link stands', async () => {
  const { ada, workspace } = await newTeam(node())
  const { token } = await ada.inviteByMail(workspace.id, 'only@example.com')
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  expect(await wholeDatabase()).not.toContain(token)
  expect(ada.heard.join('\n')).not.toContain(token)
})

/** What mail programs would make a link of, beyond our own: an address with a scheme, or a name with a dot in it. */
function linksIn(text: string, own: string): string[] {
  const words = text.replaceAll(own, '').replace(/<[^>]*>/g, ' ')
  return (
    words.match(/\w+:\/\/\S+|[\p{L}\p{N}-]+[.。．][\p{L}]{2,}/gu)?.filter((link) => !link.endsWith('example.com')) ?? []
  )
}

async function wholeDatabase(): Promise<string> {
  const { owner } = node()
  const tables = await owner<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name
    from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`
  const rows = await Promise.all(tables.map(({ name }) => owner.unsafe(`select t::text from ${name} t`)))
  expect(rows.flat().length).toBeGreaterThan(10)
  return JSON.stringify(rows)
}
