import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PreviewAnswer } from '#shared/protocol/requests.ts'
import { tokenIn } from '../support/mail.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, password, type Failure, type Person } from '../support/people.ts'
import { rawRequest } from '../support/raw.ts'

const node = useNode()

test('1 30 signed in as somebody else nobody accepts or declines; the invitation stays as it was', async () => {
  const { ada, mallory, grace, workspace } = await newTeam(node())
  const { token } = await ada.inviteByMail(workspace.id, 'kay@example.com')
  const before = (await ada.roster(workspace.id)).invitations
  for (const person of [mallory, grace, ada]) {
    for (const path of ['accept', 'decline']) {
      const answer = await person.post(`/api/invitations/${path}`, { token })
      expect(answer).toMatchObject({ status: 403, body: { code: 'wrong_account' } })
    }
  }
  expect((await ada.roster(workspace.id)).invitations).toEqual(before)
  expect((await mallory.get(`/api/workspaces/${workspace.id}`)).status).toBe(404)
})

test('2 whoever signed up with the address beforehand sees, lists and joins nothing without the link', async () => {
  const ada = await newUser(node())
  await ada.setAddonSeats(1)
  const workspace = await ada.createWorkspace('Secret plans')
  const squatter = await newUser(node(), 'Squatter')
  const { invitation, token } = await ada.inviteByMail(workspace.id, squatter.email)
  const me = await squatter.me()
  expect(me.user.emailVerified).toBe(false)
  expect(me.waiting).toEqual([])
  expect((await squatter.accept(invitation.id)).status).toBe(404)
  const w = `/api/workspaces/${workspace.id}`
  for (const path of [w, `${w}/roster`, `${w}/events`]) expect((await squatter.get(path)).status).toBe(404)
  expect(squatter.heard.join('\n')).not.toContain('Secret plans')
  // the link alone proves the mailbox
  expect((await squatter.accept(token)).status).toBe(200)
  expect((await squatter.me()).user.emailVerified).toBe(true)
})

test('4 a sign-up by the link of an address that has an account is refused, and that account stays as it was', async () => {
  const { ada, workspace } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  const before = await accountOf(kay)
  const attack = { email: kay.email, password: 'another horse 43', name: 'Not Kay', invitationToken: token }
  const answer = await newPerson(node()).post('/api/auth/sign-up', attack)
  expect(answer).toMatchObject({ status: 409, body: { code: 'email_taken' } })
  expect(answer.headers.get('set-cookie')).toBeNull()
  expect(await accountOf(kay)).toEqual(before)
  expect((await kay.accept(token)).status).toBe(200)
})

test('5 a sign-up by a link verifies the address of the link, and never the one that was typed', async () => {
  const { ada, workspace } = await newTeam(node())
  const email = newPerson(node(), 'Kay').email
  const victim = newPerson(node(), 'Victim').email
  const { token } = await ada.inviteByMail(workspace.id, email)
  const body = { email: victim, password, name: 'Kay', invitationToken: token }
  expect(await newPerson(node()).post('/api/auth/sign-up', body)).toMatchObject({
    status: 201,
    body: { user: { email } },
  })
  const rows = await node().owner`select email from users where email = ${victim}`
  expect(rows).toEqual([])
})

test('6 19 23 no answer of the API shows a token or a hash, and a preview shows nothing but what the page needs', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const { invitation, token } = await ada.inviteByMail(workspace.id, 'kay@example.com', 'admin')
  const stranger = newPerson(node())
  const { body, headers } = await stranger.post<PreviewAnswer>('/api/invitations/preview', { token })
  const { name, handle } = workspace
  expect(body).toEqual({
    workspace: { name, handle }, role: 'admin', email: 'kay@example.com', invitedBy: { displayName: 'Ada' },
    status: 'pending', seat: 'held', accountExists: false,
  }) // prettier-ignore
  expect(headers.get('cache-control')).toBe('no-store')
  await ada.post(`/api/workspaces/${workspace.id}/invitations/${invitation.id}/resend`)
  await ada.patch(`/api/workspaces/${workspace.id}/invitations/${invitation.id}`, { role: 'viewer' })
  for (const person of [ada, grace]) {
    for (const path of ['roster', 'events?limit=500']) await person.get(`/api/workspaces/${workspace.id}/${path}`)
  }
  const fresh = tokenIn(await node().mail.next('kay@example.com', 1))
  for (const secret of [token, fresh, hashOf(token), hashOf(fresh)]) {
    for (const person of [ada, grace]) expect(person.heard.join('\n')).not.toContain(secret)
  }
})

test('7 8 a link joins its own workspace in its own role, whatever else a request names', async () => {
  const one = await newTeam(node())
  const two = await newTeam(node())
  const { ada, workspace } = one
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email, 'viewer')
  const claims = [{ role: 'owner' }, { workspaceId: two.workspace.id }, { userId: one.adaId }, { email: ada.email }]
  for (const claim of [...claims, { emailVerified: true }, { memberId: one.graceId }]) {
    const answer = await kay.post('/api/invitations/accept', { token, ...claim })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
    const body = { email: 'x@example.com', password, name: 'X', invitationToken: token, ...claim }
    if (!('email' in claim)) expect((await newPerson(node()).post('/api/auth/sign-up', body)).status).toBe(400)
  }
  expect((await kay.post(`/api/workspaces/${two.workspace.id}/invitations/accept`, { token })).status).toBe(404)
  const joined = await kay.post(
    `/api/invitations/accept?workspaceId=${two.workspace.id}&role=owner`,
    { token },
    { 'X-Workspace-Id': two.workspace.id },
  )
  expect(joined).toMatchObject({ status: 200, body: { workspace: { id: workspace.id }, member: { role: 'viewer' } } })
  expect((await kay.get(`/api/workspaces/${two.workspace.id}`)).status).toBe(404)
})

test.each(['owner', 'Owner', 'OWNER', 'superadmin', '', null, 0, ['admin'], { admin: true }])(
  '9 59 nobody is invited as, or made, %j: the API refuses it, and the database, too',
  async (role) => {
    const { ada, grace, edsgerId, workspace } = await newTeam(node())
    const w = `/api/workspaces/${workspace.id}`
    const { body } = await ada.invite(workspace.id, 'kay@example.com')
    for (const person of [ada, grace]) {
      expect((await person.post(`${w}/invitations`, { email: 'new@example.com', role })).status).toBe(400)
      expect((await person.post(`${w}/invitations/batch`, { invitations: [{ email: 'new@example.com', role }] })).status).toBe(400)
      expect((await person.patch(`${w}/invitations/${body.id}`, { role })).status).toBe(400)
      expect((await person.patch(`${w}/members/${edsgerId}`, { role })).status).toBe(400)
    }
    const text = typeof role === 'string' ? role : JSON.stringify(role)
    const { owner } = node()
    await expect(owner`update invitations set role = ${text} where id = ${body.id}`).rejects.toMatchObject({ code: '23514' })
    await expect(owner`update members set role = ${text} where id = ${edsgerId}`).rejects.toMatchObject({ code: /23514|23505/ })
  },
) // prettier-ignore

test.each(['before', 'after'])(
  '11 an Admin who is removed %s sending: what was sent stands and gives its role, nothing new is sent',
  async (order) => {
    const { ada, grace, graceId, workspace } = await newTeam(node())
    const kay = await newUser(node(), 'Kay')
    const remove = () => ada.delete(`/api/workspaces/${workspace.id}/members/${graceId}`)
    if (order === 'before') {
      await remove()
      expect((await grace.invite(workspace.id, kay.email, 'admin')).status).toBe(404)
      expect((await ada.roster(workspace.id)).invitations).toEqual([])
      return
    }
    const { invitation, token } = await grace.inviteByMail(workspace.id, kay.email, 'viewer')
    await remove()
    expect((await grace.post(`/api/workspaces/${workspace.id}/invitations/${invitation.id}/resend`)).status).toBe(404)
    expect(await kay.accept(token)).toMatchObject({ status: 200, body: { member: { role: 'viewer' } } })
  },
)

test('13 two people race for one forwarded link: whoever owns the mailbox wins, the other never', async () => {
  const { ada, mallory, workspace } = await newTeam(node())
  for (const n of Array.from({ length: 8 }, (_, n) => n)) {
    const kay = await newUser(node(), `Kay${n}`)
    const { token } = await ada.inviteByMail(workspace.id, kay.email)
    const [right, wrong] = await Promise.all([kay.accept(token), mallory.accept(token)])
    expect(right.status).toBe(200)
    expect([403, 404]).toContain(wrong.status)
  }
  expect((await ada.roster(workspace.id)).members.some(({ email }) => email === mallory.email)).toBe(false)
})

test('14 a link works until its moment and not at it, by the clock of the database', async () => {
  const { ada, workspace } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  const { invitation, token } = await ada.inviteByMail(workspace.id, kay.email)
  const sevenDays = Date.parse(invitation.expiresAt) - Date.parse(invitation.sentAt)
  expect(sevenDays).toBe(7 * 24 * 3600 * 1000)
  const { owner } = node()
  const expire = (moment: string) =>
    owner.unsafe(`update invitations set expires_at = ${moment} where id = '${invitation.id}'`)
  for (const moment of ["date_trunc('milliseconds', now())", "now() - interval '1 millisecond'"]) {
    await expire(moment)
    expect(await kay.accept(token)).toMatchObject({ status: 410, body: { code: 'invitation_expired' } })
    expect(await newPerson(node()).post('/api/invitations/decline', { token })).toMatchObject({ status: 410 })
  }
  await expire("now() + interval '5 seconds'")
  expect((await kay.accept(token)).status).toBe(200)
})

test('18 24 unknown, used, replaced, cancelled, declined and malformed links are answered alike, to the letter', async () => {
  const { ada, workspace } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  const w = `/api/workspaces/${workspace.id}/invitations`
  const used = await ada.inviteByMail(workspace.id, kay.email)
  await kay.accept(used.token)
  const replaced = await ada.inviteByMail(workspace.id, 'replaced@example.com')
  await ada.post(`${w}/${replaced.invitation.id}/resend`)
  const cancelled = await ada.inviteByMail(workspace.id, 'cancelled@example.com')
  await ada.delete(`${w}/${cancelled.invitation.id}`)
  const declined = await ada.inviteByMail(workspace.id, 'declined@example.com')
  await newPerson(node()).post('/api/invitations/decline', { token: declined.token })
  const dead = [used, replaced, cancelled, declined].map(({ token }) => token)
  const odd = [
    '',
    ' ',
    'x',
    '0'.repeat(512),
    '\u0000',
    '\ud800',
    '../..',
    "' or ''='",
    'eyJhbGciOiJub25lIn0.e30.',
    `${used.token} `,
  ]
  const answers = []
  for (const token of [...dead, ...odd, randomBytes(32).toString('base64url')]) {
    for (const path of ['preview', 'accept', 'decline'])
      answers.push(await ada.post<Failure>(`/api/invitations/${path}`, { token }))
  }
  const shapes = answers.map(({ status, body, headers }) =>
    JSON.stringify({ status, body: { ...body, requestId: '' }, headers: [...headers.keys()] }),
  )
  expect(new Set(shapes).size).toBe(1)
  expect(answers[0]).toMatchObject({ status: 404, body: { code: 'invitation_not_found' } })
})

test('24 no change to a link, however small, is a link', async () => {
  const { ada, workspace } = await newTeam(node())
  const { token } = await ada.inviteByMail(workspace.id, 'mutated@example.com')
  const stranger = newPerson(node())
  const mutated = fc.tuple(fc.nat(token.length - 1), fc.constantFrom('', 'A', 'z', '-', '_', '=', '\u0000', '%')).map(
    ([at, letter]) => token.slice(0, at) + letter + token.slice(at + 1),
  )
  const asked = fc.asyncProperty(mutated.filter((text) => text !== token), async (text) => {
    expect((await stranger.post('/api/invitations/preview', { token: text })).status).toBe(404)
  })
  await fc.assert(asked, { numRuns: 500 })
  expect((await stranger.post('/api/invitations/preview', { token })).status).toBe(200)
}) // prettier-ignore

test('19 what stands in the database opens nothing: the hash of a link is no link', async () => {
  const { ada, workspace } = await newTeam(node())
  const { invitation, token } = await ada.inviteByMail(workspace.id, 'dumped@example.com')
  const [row] = await node().owner<
    { tokenHash: Buffer }[]
  >`select token_hash from invitations where id = ${invitation.id}`
  const hash = row?.tokenHash ?? Buffer.alloc(0)
  expect(hash.toString('hex')).toBe(hashOf(token))
  for (const stolen of [hash.toString('hex'), hash.toString('base64url'), hash.toString('latin1')]) {
    expect((await ada.post('/api/invitations/preview', { token: stolen })).status).toBe(404)
  }
})

test('36 nor is the hash of a session a session', async () => {
  const ada = await newUser(node())
  const [row] = await node().owner<{ id: string; publicId: string }[]>`
    select id, public_id from sessions where user_id = ${ada.userId}`
  expect(row?.id).toBe(hashOf(ada.cookie().split('=')[1] ?? ''))
  for (const stolen of [row?.id, row?.id.slice(0, 43), row?.publicId]) {
    const { status } = await newPerson(node()).call('GET', '/api/me', undefined, {
      Cookie: `rollcall_session=${stolen}`,
    })
    expect(status).toBe(401)
  }
})

test('21 a scanner that opens everything about a link changes nothing: joining is a POST', async () => {
  const { ada, workspace } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  const before = await ada.roster(workspace.id)
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    for (const path of [
      '/invite',
      `/invite?token=${token}`,
      `/api/invitations/accept?token=${token}`,
      `/api/invitations/decline?token=${token}`,
    ]) {
      await rawRequest(node(), { method, path, headers: { Cookie: kay.cookie(), Purpose: 'prefetch' } })
    }
  }
  // looking at the preview is what the page does by itself
  await newPerson(node()).post('/api/invitations/preview', { token })
  expect(await ada.roster(workspace.id)).toEqual(before)
  expect((await kay.accept(token)).status).toBe(200)
})

test('31 the address counts that an account has when it accepts', async () => {
  const { ada, workspace } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  await node().owner`update users set email = ${`moved.${kay.email}`} where id = ${kay.userId}`
  expect(await kay.accept(token)).toMatchObject({ status: 403, body: { code: 'wrong_account' } })
})

test('32 90 the links of a deleted workspace are dead, also when another one takes its handle', async () => {
  const { ada, mallory } = await newTeam(node())
  const doomed = await ada.createWorkspace('Doomed')
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(doomed.id, kay.email)
  expect((await ada.me()).account.seats.pending).toBe(1)
  expect((await ada.delete(`/api/workspaces/${doomed.id}`)).status).toBe(204)
  await mallory.post('/api/workspaces', { name: 'Trap', handle: doomed.handle })
  for (const path of ['preview', 'accept']) {
    expect(await kay.post(`/api/invitations/${path}`, { token })).toMatchObject({
      status: 404,
      body: { code: 'invitation_not_found' },
    })
  }
  expect((await ada.me()).account.seats.pending).toBe(0)
})

test('90 a link of a workspace whose old handle somebody else took leads to the workspace that it was sent for', async () => {
  const { ada, mallory, workspace } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  await ada.patch(`/api/workspaces/${workspace.id}`, { handle: `moved-${workspace.id.slice(-8)}` })
  expect((await mallory.post('/api/workspaces', { name: 'Trap', handle: workspace.handle })).status).toBe(201)
  expect(await kay.accept(token)).toMatchObject({ status: 200, body: { workspace: { id: workspace.id } } })
})

async function accountOf(person: Person): Promise<unknown> {
  const { owner } = node()
  return [
    await owner`select * from users where id = ${person.userId}`,
    await owner`select id, user_id from sessions where user_id = ${person.userId}`,
    await owner`select * from members where user_id = ${person.userId}`,
  ]
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
