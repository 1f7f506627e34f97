import { expect, test } from 'vitest'
import { useNode } from '../support/node.ts'
import { join, newPerson, newUser, type Person } from '../support/people.ts'
import { kinds, matrix, type Ids, type Kind } from './matrix.ts'

const node = useNode()

test('every route of the API has its line in the matrix', async () => {
  const { body } = await newPerson(node()).get<{ paths: Record<string, object> }>('/api/openapi.json')
  const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(Object.keys(matrix).sort()).toEqual(routes.sort())
})

for (const [route, row] of Object.entries(matrix)) {
  test(`${route}: everybody gets exactly their status`, async () => {
    const got: Record<string, number> = {}
    const method = route.split(' ')[0] ?? ''
    const untouched = await arrange()
    for (const [index, kind] of kinds.entries()) {
      // a fresh team wherever something changes, so that what one was allowed to do does not answer for the next
      const changes = method !== 'GET' && (row.statuses[index] ?? 0) < 400
      const { people, ids } = changes ? await arrange() : untouched
      const binary = row.body?.(ids) instanceof Uint8Array ? { 'Content-Type': 'text/plain' } : {}
      const answer = await people[kind].call(method, row.path(ids), row.body?.(ids), binary)
      got[kind] = answer.status
    }
    expect(got).toEqual(Object.fromEntries(kinds.map((kind, index) => [kind, row.statuses[index]])))
  })
}

type Arranged = { people: Record<Kind, Person>; ids: Ids }

/** Nine people around one workspace. Arranged through the API, as everybody would. */
async function arrange(): Promise<Arranged> {
  const names = ['outsider', 'viewer', 'editor', 'admin', 'owner', 'removed', 'invitee'] as const
  const signedUp = await Promise.all([...names, 'target'].map((name) => newUser(node(), name)))
  const [outsider, viewer, editor, admin, owner, removed, invitee, target] = signedUp as [
    Person, Person, Person, Person, Person, Person, Person, Person,
  ] // prettier-ignore
  await owner.setAddonSeats(20)
  await outsider.createWorkspace()
  const workspace = await owner.createWorkspace('Acme')
  await join(owner, workspace.id, viewer, 'viewer')
  await join(owner, workspace.id, editor, 'editor')
  await join(owner, workspace.id, admin, 'admin')
  const removedId = await join(owner, workspace.id, removed, 'admin')
  await owner.delete(`/api/workspaces/${workspace.id}/members/${removedId}`)
  const targetId = await join(owner, workspace.id, target, 'viewer')
  const { invitation, token } = await owner.inviteByMail(workspace.id, invitee.email)
  const { body: agent } = await owner.createAgent(workspace.id)
  const people = { anonymous: newPerson(node()), outsider, viewer, editor, admin, owner, removed, invitee }
  const ids: Ids = {
    workspaceId: workspace.id,
    handle: workspace.handle,
    targetId,
    invitationId: invitation.id,
    agentId: agent.id,
    token,
    n: workspace.id.slice(-12),
  }
  return { people, ids }
}
