import { expect, test } from 'vitest'
import { cleanUp } from '#server/jobs/clean-up.ts'
import { coreOf } from '../support/desk.ts'
import type { Failure } from '../support/people.ts'
import { newPerson, newTeam, newUser } from '../support/people.ts'
import { useNode } from '../support/node.ts'
import { tokenIn } from '../support/mail.ts'
import { verifyCommand } from '../support/verify-command.ts'

const node = useNode()

test('S3 an invitation is sent, shows as pending and reaches the mailbox', async () => {
  const { ada, workspace } = await newTeam(node())
  const { status, body } = await verifyCommand(node(), ada, workspace.id, [ada], () =>
    ada.invite(workspace.id, 'kay@example.com', 'viewer'),
  )
  expect(status).toBe(201)
  expect(body).toMatchObject({ email: 'kay@example.com', role: 'viewer', status: 'pending', seat: 'held' })
  const mail = await node().mail.next('kay@example.com')
  expect(mail.text).toContain(`${node().url}/invite#`)
  expect(JSON.stringify(body)).not.toContain(tokenIn(mail))
})

test('29 a second invitation of an address is refused, and so is a member’s address', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  await ada.invite(workspace.id, 'kim@example.com')
  expect(await ada.invite(workspace.id, ' KIM@example.com ')).toMatchObject({
    status: 409,
    body: { code: 'already_invited' },
  })
  expect(await ada.invite(workspace.id, grace.email)).toMatchObject({ status: 409, body: { code: 'already_member' } })
})

test('S3 many are invited at once, each with a result of its own', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const invitations = ['a1@example.com', 'not an address', grace.email, 'a1@example.com'].map((email) => ({
    email,
    role: 'editor',
  }))
  const { status, body } = await verifyCommand(node(), ada, workspace.id, [ada], () =>
    ada.post<{ results: { error?: Failure }[] }>(`/api/workspaces/${workspace.id}/invitations/batch`, { invitations }),
  )
  expect(status).toBe(207)
  expect(body.results.map((result) => result.error?.code)).toEqual([
    undefined,
    'invalid_input',
    'already_member',
    'already_invited',
  ])
})

test('S3 the invited person signs up on the spot and is a member', async () => {
  const { ada, workspace } = await newTeam(node())
  const kay = newPerson(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email, 'editor')
  const { status, body } = await verifyCommand(node(), ada, workspace.id, [ada], () => kay.signUp(token))
  expect(status).toBe(201)
  expect(body).toMatchObject({ user: { email: kay.email, emailVerified: true }, invitation: 'accepted' })
  expect(await kay.post('/api/invitations/preview', { token })).toMatchObject({
    status: 404,
    body: { code: 'invitation_not_found' },
  })
})

test('S3 somebody with an account accepts, and nobody else can', async () => {
  const { ada, mallory, workspace } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email, 'viewer')
  expect(await newPerson(node()).accept(token)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
  expect(await mallory.accept(token)).toMatchObject({ status: 403, body: { code: 'wrong_account' } })
  const { status, body } = await verifyCommand(node(), ada, workspace.id, [ada, kay], () => kay.accept(token))
  expect(status).toBe(200)
  expect(body.member).toMatchObject({ email: kay.email, role: 'viewer' })
  expect(await kay.accept(token)).toMatchObject({ status: 404 })
})

test('16 S3 a resent invitation has a fresh link, and the old one is dead', async () => {
  const { ada, workspace } = await newTeam(node())
  const { invitation, token } = await ada.inviteByMail(workspace.id, 'kurt@example.com')
  const path = `/api/workspaces/${workspace.id}/invitations/${invitation.id}/resend`
  const { status } = await verifyCommand(node(), ada, workspace.id, [ada], () => ada.post(path))
  expect(status).toBe(200)
  const fresh = tokenIn(await node().mail.next('kurt@example.com', 1))
  expect(fresh).not.toBe(token)
  expect(await ada.post('/api/invitations/preview', { token })).toMatchObject({ status: 404 })
  expect(await ada.post('/api/invitations/preview', { token: fresh })).toMatchObject({ status: 200 })
})

test('S3 the role of an invitation is what the person gets', async () => {
  const { ada, workspace } = await newTeam(node())
  const kay = await newUser(node(), 'Kay')
  const { invitation, token } = await ada.inviteByMail(workspace.id, kay.email, 'viewer')
  const path = `/api/workspaces/${workspace.id}/invitations/${invitation.id}`
  await verifyCommand(node(), ada, workspace.id, [ada], () => ada.patch(path, { role: 'admin' }))
  expect((await kay.accept(token)).body.member).toMatchObject({ role: 'admin' })
})

test('S3 a cancelled invitation is gone and its link is dead', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const { invitation, token } = await ada.inviteByMail(workspace.id, 'kip@example.com')
  const path = `/api/workspaces/${workspace.id}/invitations/${invitation.id}`
  expect(await grace.delete(path)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  const { status } = await verifyCommand(node(), ada, workspace.id, [ada], () => ada.delete(path))
  expect(status).toBe(204)
  expect(await ada.post('/api/invitations/preview', { token })).toMatchObject({ status: 404 })
})

test('S3 the invited person declines without an account', async () => {
  const { ada, workspace } = await newTeam(node())
  const { token } = await ada.inviteByMail(workspace.id, 'kit@example.com')
  const { status } = await verifyCommand(node(), ada, workspace.id, [ada], () =>
    newPerson(node()).post('/api/invitations/decline', { token }),
  )
  expect(status).toBe(204)
})

test('141 S3 whoever declines for good gets no more of that owner’s invitations, in any workspace, and of others they do', async () => {
  const { ada, workspace } = await newTeam(node())
  const elsewhere = await ada.createWorkspace()
  const kit = `kit.${crypto.randomUUID().slice(0, 8)}@example.com`
  const { token } = await ada.inviteByMail(workspace.id, kit)
  const late = await ada.inviteByMail(elsewhere.id, kit)
  const { status } = await verifyCommand(node(), ada, workspace.id, [ada], () =>
    newPerson(node()).post('/api/invitations/decline', { token, forGood: true }),
  )
  expect(status).toBe(204)
  const unwanted = { status: 409, body: { code: 'invitation_unwanted' } }
  expect(await ada.invite(workspace.id, kit)).toMatchObject(unwanted)
  expect(await ada.invite((await ada.createWorkspace()).id, kit.toUpperCase())).toMatchObject(unwanted)
  expect(await ada.post(`/api/workspaces/${elsewhere.id}/invitations/${late.invitation.id}/resend`)).toMatchObject(
    unwanted,
  )
  // a link that they have already still works: they may think better of it
  expect(await ada.post('/api/invitations/preview', { token: late.token })).toMatchObject({ status: 200 })
  const grace = await newUser(node())
  expect((await grace.invite((await grace.createWorkspace()).id, kit)).status).toBe(201)
  await node().owner`update unwanted_invitations set at = now() - interval '181 days'`
  await cleanUp(coreOf(node()))
  expect((await ada.invite(workspace.id, kit)).status).toBe(201)
})

test('S3 declining alone leaves the door open', async () => {
  const { ada, workspace } = await newTeam(node())
  const { token } = await ada.inviteByMail(workspace.id, 'kiko@example.com')
  expect((await newPerson(node()).post('/api/invitations/decline', { token, forGood: false })).status).toBe(204)
  expect((await ada.invite(workspace.id, 'kiko@example.com')).status).toBe(201)
})

test('S3 an invitation expires at its moment, by itself, and can be sent again', async () => {
  const { ada, workspace } = await newTeam(node())
  const { invitation, token } = await ada.inviteByMail(workspace.id, 'kai@example.com')
  await node().owner`update invitations set expires_at = now() where id = ${invitation.id}`
  await verifyCommand(node(), ada, workspace.id, [ada], async () => {
    await node().owner`
      select graphile_worker.reschedule_jobs(array_agg(id), run_at => now())
      from graphile_worker.jobs
      where key = ${`expire:${invitation.id}`}`
    await expiryOf(invitation.id)
  })
  expect(await ada.post('/api/invitations/preview', { token })).toMatchObject({
    status: 200,
    body: { status: 'expired' },
  })
  const again = await ada.post(`/api/workspaces/${workspace.id}/invitations/${invitation.id}/resend`)
  expect(again).toMatchObject({ status: 200, body: { status: 'pending' } })
})

async function expiryOf(id: string): Promise<void> {
  const status = async () => {
    const [row] = await node().owner<{ status: string }[]>`select status from invitations where id = ${id}`
    return row?.status
  }
  await expect.poll(status, { timeout: 10_000 }).toBe('expired')
}
