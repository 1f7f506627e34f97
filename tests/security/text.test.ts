import { expect, test } from 'vitest'
import { useNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, password } from '../support/people.ts'
import { rawRequest } from '../support/raw.ts'

const node = useNode()

const harmless = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  'javascript:alert(1)',
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  "Robert'); drop table members;--",
  '=HYPERLINK("http://evil.test")',
  '../../etc/passwd',
  '</script><script>',
  'e\u0301 👩‍💻 שלום مرحبا',
]

test.each(harmless)(
  '132 the name %j is kept and shown as text, wherever names stand, and never in a page',
  async (text) => {
    const ada = await newUser(node())
    const workspace = await ada.createWorkspace(text)
    const kept = text.normalize('NFC')
    const path = `/api/workspaces/${workspace.id}`
    expect(workspace.name).toBe(kept)
    expect(workspace.handle).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(await ada.patch(`${path}/membership`, { displayName: text })).toMatchObject({
      status: 200,
      body: { displayName: kept },
    })
    const { members, workspace: shown } = await ada.roster(workspace.id)
    expect([shown.name, members[0]?.displayName]).toEqual([kept, kept])
    for (const url of [
      `/w/${workspace.handle}/members`,
      `/w/${encodeURIComponent(text)}`,
      `/?q=${encodeURIComponent(text)}`,
      `/invite?x=${encodeURIComponent(text)}`,
    ]) {
      const page = await rawRequest(node(), { path: url, headers: { Cookie: ada.cookie() } })
      expect(page.headers.get('content-type')).toMatch(/^text\/html/)
      expect(page.body).not.toContain(text)
    }
    // what a browser would take for a page is never one: the answer says that it is JSON, and that nobody may guess
    const { headers } = await ada.get(`${path}/roster`)
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  },
)

test('132 a refusal repeats nothing of what was sent', async () => {
  const ada = await newUser(node())
  const evil = '<script>alert(1)</script>'
  const answers = [
    await ada.get(`/api/${encodeURIComponent(evil)}`),
    await ada.get(`/api/workspaces/${encodeURIComponent(evil)}`),
    await ada.get(`/api/workspaces/by-handle/${encodeURIComponent(evil)}`),
    await ada.post('/api/workspaces', { name: 'x', handle: evil }),
    await ada.post('/api/workspaces', { name: 'x' }, { 'Content-Type': evil }),
    await ada.post('/api/invitations/preview', { token: evil }),
  ]
  for (const { status, body, headers } of answers) {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(JSON.stringify(body)).not.toContain('<script')
  }
})

const deceiving = {
  'a right-to-left override': 'Ada \u202eadmin',
  'an isolate': '\u2067Ada',
  'an Arabic letter mark': 'Ada\u061c',
  'a zero-width space': 'A\u200bda',
  'a word joiner': 'Ada\u2060',
  'a byte order mark': '\ufeffAda',
  'an invisible filler': '\u3164',
  'a soft hyphen': 'A\u00adda',
  'a joiner of graphemes': 'Ad\u034fa',
  'a vowel that nobody sees': 'Ada\u17b4',
  'a tab': 'Ada\tOwner',
  'a bell': 'Ada\u0007',
  'half a surrogate pair': 'Ada\ud83d',
  'nothing but marks': '\u0301\u0301',
  'nothing but spaces': '\u2003\u00a0 ',
}

test.each(Object.entries(deceiving))('132 144 no name has %s in it, whosever it is', async (_, name) => {
  const ada = await newUser(node())
  const own = `/api/workspaces/${(await ada.me()).workspaces[0]?.id}`
  const answers = [
    await newPerson(node()).post('/api/auth/sign-up', { email: `x${ada.email}`, password, name }),
    await ada.post('/api/workspaces', { name }),
    await ada.patch(own, { name }),
    await ada.patch(`${own}/membership`, { displayName: name }),
  ]
  for (const answer of answers) expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  expect((await ada.me()).workspaces).toHaveLength(1)
})

test('144 whoever takes the Owner’s name is still shown with an address and a role of their own', async () => {
  const { ada, barbara, barbaraId, workspace } = await newTeam(node())
  const displayName = 'Ada'
  await barbara.patch(`/api/workspaces/${workspace.id}/membership`, { displayName })
  const member = (await ada.roster(workspace.id)).members.find(({ id }) => id === barbaraId)
  expect(member).toMatchObject({ displayName, email: barbara.email, role: 'viewer' })
})

test.each(['Асме', 'Αcme', 'A\u0441me', 'ＡＣＭＥ', '𝐀𝐜𝐦𝐞', 'Acmé', 'ACME', 'aCme!'])(
  '143 %j, however like an existing name it looks, gets a handle of its own',
  async (name) => {
    const ada = await newUser(node())
    const original = await ada.createWorkspace('Acme')
    const { handle } = await ada.createWorkspace(name)
    expect(handle).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(handle).not.toBe(original.handle)
    expect((await ada.post('/api/workspaces', { name: 'Copy', handle: name })).status).toBe(400)
    const { body } = await ada.get<{ available: boolean; suggestion?: string }>(
      `/api/handles?name=${encodeURIComponent('Acme')}`,
    )
    expect(body.available).toBe(false)
    expect(body.suggestion).not.toBe(original.handle)
  },
)

test.each(['xn--acme', 'xn-acme', '-acme', 'acme-', 'ac--me', 'ac', 'a'.repeat(49), 'acme\n', 'аcme', 'acme.', 'ac/me', 'admin', 'api', 'socket-io', 'www'])(
  '89 the handle %j can be taken by nobody, neither at first nor later',
  async (handle) => {
    const ada = await newUser(node())
    const own = `/api/workspaces/${(await ada.me()).workspaces[0]?.id}`
    expect((await ada.post('/api/workspaces', { name: 'New', handle })).status).toBe(400)
    expect((await ada.patch(own, { handle })).status).toBe(400)
    const { status, body } = await ada.get<{ available: boolean }>(`/api/handles/${encodeURIComponent(handle)}`)
    // a slash makes it a path of more parts, whatever its spelling
    if (status === 200) expect(body.available).toBe(false)
    else expect(status).toBe(404)
  },
) // prettier-ignore

test('131 a hundred kilobytes of anything are judged at once, by every route that reads a text', async () => {
  const ada = await newUser(node())
  const own = `/api/workspaces/${(await ada.me()).workspaces[0]?.id}`
  // within the limit of a body, so that the validators see it
  for (const unit of ['a', 'a.', 'a@', '-', ' ', '\u0301', 'a-']) {
    const long = unit.repeat(60_000 / Buffer.byteLength(unit))
    const started = performance.now()
    const answers = await Promise.all([
      ada.post('/api/auth/sign-in', { email: long, password }),
      ada.post('/api/auth/sign-up', { email: long, password, name: 'Ada' }),
      ada.post('/api/workspaces', { name: long }),
      ada.post('/api/workspaces', { name: 'x', handle: long }),
      ada.patch(`${own}/membership`, { displayName: long }),
      ada.post(`${own}/invitations`, { email: long, role: 'viewer' }),
      ada.post('/api/invitations/preview', { token: long }),
      ada.get(`/api/handles?name=${encodeURIComponent(long).slice(0, 9_000)}`),
    ])
    for (const { status } of answers) expect([400, 404]).toContain(status)
    expect(performance.now() - started).toBeLessThan(1_000)
  }
})
