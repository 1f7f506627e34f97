import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { Member } from '#shared/protocol/resources.ts'
import { useNode } from '../support/node.ts'
import { join, newTeam, type Failure, type Person } from '../support/people.ts'
import { pictureOf, setPicture } from '../support/pictures.ts'
import { verifyCommand } from '../support/verify-command.ts'

const node = useNode()

test('S2 S3 a display name belongs to one membership; setting what it is already changes nothing', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const other = await ada.createWorkspace('Other')
  await join(ada, other.id, grace, 'viewer')
  const { status, body } = await verifyCommand(node(), ada, workspace.id, [grace], () =>
    rename(grace, workspace.id, '  Gra\u0301ce 👩‍💻 '),
  )
  expect(status).toBe(200)
  expect(body.displayName).toBe('Gráce 👩‍💻')
  const again = await rename(grace, workspace.id, 'Gráce 👩‍💻')
  expect(again.status).toBe(200)
  expect(again.headers.get('stream-position')).toBeNull()
  expect((await ownMembership(grace, other.id)).displayName).toBe('Grace')
})

test.each(['', '   ', 'x'.repeat(65), 'a\u202eb', 'a\u0000b', 'a\nb', '\u200b', '\u3164'])(
  'the display name %j is refused and the old one stays',
  async (displayName) => {
    const { ada, workspace } = await team()
    const answer = await rename(ada, workspace.id, displayName)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{ path: 'displayName' }] } })
    expect((await ownMembership(ada, workspace.id)).displayName).toBe('Ada')
  },
)

test('S2 S3 a picture is stored as 256×256 WebP without metadata; the same one again changes nothing', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const bytes = await pictureOf('#4f46c8', 'somewhere secret')
  expect(Buffer.from(bytes).includes('somewhere secret')).toBe(true)
  const { body } = await verifyCommand(node(), ada, workspace.id, [], () => setPicture(grace, workspace.id, bytes))
  const stored = Buffer.from(await bytesAt(body.avatarUrl))
  expect(await sharp(stored).metadata()).toMatchObject({ format: 'webp', width: 256, height: 256 })
  expect(stored.includes('somewhere secret')).toBe(false)
  const again = await setPicture(grace, workspace.id, bytes)
  expect(again).toMatchObject({ status: 200, body: { avatarUrl: body.avatarUrl } })
  expect(again.headers.get('stream-position')).toBeNull()
})

test('S2 S3 a picture goes when the last member of the workspace who wears it takes it off', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const bytes = await pictureOf('#c84f46')
  const url = (await setPicture(ada, workspace.id, bytes)).body.avatarUrl ?? ''
  expect((await setPicture(grace, workspace.id, bytes)).body.avatarUrl).toBe(url)
  await verifyCommand(node(), ada, workspace.id, [], () => dropPicture(grace, workspace.id))
  expect((await ada.get(url)).status).toBe(200)
  await setPicture(ada, workspace.id, await pictureOf('#46c84f'))
  expect((await ada.get(url)).status).toBe(404)
  const none = await dropPicture(grace, workspace.id)
  expect(none.status).toBe(200)
  expect(none.headers.get('stream-position')).toBeNull()
})

test('the same picture in two workspaces has two addresses: one tells nothing of the other', async () => {
  const { ada, workspace } = await team()
  const other = await ada.createWorkspace('Other')
  const bytes = await pictureOf('#123456')
  const urls = [await setPicture(ada, workspace.id, bytes), await setPicture(ada, other.id, bytes)].map(
    ({ body }) => body.avatarUrl,
  )
  expect(urls[0]).not.toBe(urls[1])
})

test('56 the Owner cannot be removed, an Admin removes nobody, and nobody is removed twice', async () => {
  const { ada, grace, workspace, adaId, barbaraId } = await newTeam(node())
  const remove = (who: Person, id: string) => who.delete<Failure>(`/api/workspaces/${workspace.id}/members/${id}`)
  expect(await remove(ada, adaId)).toMatchObject({ status: 409, body: { code: 'owner_stays' } })
  expect(await remove(grace, barbaraId)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect((await remove(ada, barbaraId)).status).toBe(204)
  expect(await remove(ada, barbaraId)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect((await ada.roster(workspace.id)).members).toHaveLength(3)
})

async function team() {
  const { ada, workspace } = await newTeam(node())
  return { ada, workspace }
}

function rename(person: Person, workspaceId: string, displayName: string) {
  return person.patch<Member & Failure>(`/api/workspaces/${workspaceId}/membership`, { displayName })
}

async function ownMembership(person: Person, workspaceId: string): Promise<Member> {
  return (await person.get<Member>(`/api/workspaces/${workspaceId}/membership`)).body
}

function dropPicture(person: Person, workspaceId: string) {
  return person.delete<Member>(`/api/workspaces/${workspaceId}/membership/avatar`)
}

async function bytesAt(url: string | null): Promise<ArrayBuffer> {
  return (await fetch(`http://127.0.0.1:${node().port}${url}`)).arrayBuffer()
}
