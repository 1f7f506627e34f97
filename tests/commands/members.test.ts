import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive, positionIn } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newTeam, type Failure } from '../support/people.ts'
import { pictureOf, setPicture } from '../support/pictures.ts'
import { verifyCommand } from '../support/verify-command.ts'

const node = useNode()

test('S3 S2 a role is changed by Owner and Admin; setting what it is changes nothing', async () => {
  const { ada, grace, edsger, workspace, edsgerId, adaId } = await newTeam(node())
  const path = `/api/workspaces/${workspace.id}/members/${edsgerId}`
  await verifyCommand(node(), ada, workspace.id, [ada, edsger], () => grace.patch(path, { role: 'viewer' }))
  const again = await grace.patch(path, { role: 'viewer' })
  expect(again.status).toBe(200)
  expect(again.headers.get('stream-position')).toBeNull()
  const owner = `/api/workspaces/${workspace.id}/members/${adaId}`
  expect(await grace.patch(owner, { role: 'viewer' })).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await grace.patch(path, { role: 'owner' })).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
})

test('S5 a removed member is told, hears nothing more, and is answered as if there were nothing', async () => {
  const { ada, edsger, workspace, edsgerId } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const live = await connectLive(node(), edsger)
  await live.watch(stream)
  const { headers } = await verifyCommand(node(), ada, workspace.id, [ada, edsger], () =>
    ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`),
  )
  await ada.patch(`/api/workspaces/${workspace.id}`, { name: 'After' })
  await live.until(() => live.closed.some((frame) => frame.stream === stream))
  expect(live.closed).toContainEqual({ stream, code: 'removed' })
  expect(await live.watch(stream, 0)).toEqual({ ok: false, code: 'not_found' })
  expect(live.eventsOf(stream).filter((event) => event.position >= positionIn(headers, stream))).toEqual([])
  const { status, body } = await edsger.get<Failure>(`/api/workspaces/${workspace.id}/roster`)
  expect({ status, code: body.code }).toEqual({ status: 404, code: 'not_found' })
  live.close()
})

test('S3 a member leaves; the Owner cannot', async () => {
  const { ada, barbara, workspace } = await newTeam(node())
  await verifyCommand(node(), ada, workspace.id, [ada, barbara], () =>
    barbara.post(`/api/workspaces/${workspace.id}/leave`),
  )
  expect(await ada.post(`/api/workspaces/${workspace.id}/leave`)).toMatchObject({ status: 403 })
})

test('S3 a display name and a picture show at once; what is no picture is refused', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const path = `/api/workspaces/${workspace.id}/membership`
  await verifyCommand(node(), ada, workspace.id, [ada], () => grace.patch(path, { displayName: 'Grace H.' }))
  const png = await pictureOf('#4f46c8')
  const set = await verifyCommand(node(), ada, workspace.id, [ada], () => setPicture(grace, workspace.id, png))
  expect(set.status).toBe(200)
  const picture = await grace.get(set.body.avatarUrl ?? '')
  expect(picture.headers.get('content-type')).toBe('image/webp')
  expect(picture.headers.get('cache-control')).toContain('immutable')
  const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
  for (const type of ['image/svg+xml', 'image/png']) {
    expect((await grace.call('PUT', `${path}/avatar`, svg, { 'Content-Type': type })).status).toBe(415)
  }
  await verifyCommand(node(), ada, workspace.id, [ada], () => grace.delete(`${path}/avatar`))
  expect((await grace.get(set.body.avatarUrl ?? '')).status).toBe(404)
})

test('S3 a workspace is renamed, its old handle leads to it, and it is deleted for good', async () => {
  const { ada, grace, edsger, workspace } = await newTeam(node())
  const handle = `moved-${workspace.id.slice(-8)}`
  await verifyCommand(node(), ada, workspace.id, [ada, grace], () =>
    grace.patch(`/api/workspaces/${workspace.id}`, { name: 'Acme & Sons', handle }),
  )
  expect(await edsger.get(`/api/workspaces/by-handle/${workspace.handle}`)).toMatchObject({
    status: 200,
    body: { handle },
  })
  const live = await connectLive(node(), edsger)
  const stream = streamOf('workspace', workspace.id)
  await live.watch(stream)
  expect((await grace.delete(`/api/workspaces/${workspace.id}`)).status).toBe(403)
  expect((await ada.delete(`/api/workspaces/${workspace.id}`)).status).toBe(204)
  await live.until(() => live.closed.some((frame) => frame.stream === stream))
  expect(live.eventsOf(stream).map((event) => event.type)).toEqual(['workspace.deleted'])
  expect((await ada.get(`/api/workspaces/${workspace.id}`)).status).toBe(404)
  const left = await node().owner`
    select (select count(*) from members where workspace_id = ${workspace.id})
      + (select count(*) from invitations where workspace_id = ${workspace.id})
      + (select count(*) from events where stream = ${stream}) as n`
  expect(Number(left[0]?.['n'])).toBe(0)
  const own = (await ada.me()).workspaces[0]
  expect(await ada.delete(`/api/workspaces/${own?.id}`)).toMatchObject({
    status: 409,
    body: { code: 'default_workspace' },
  })
  live.close()
})
