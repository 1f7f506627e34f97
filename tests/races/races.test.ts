import { expect, test } from 'vitest'
import { useNode } from '../support/node.ts'
import { join, newPerson, newTeam, newUser, type Person } from '../support/people.ts'

const node = useNode()
const times = <T>(n: number, make: (index: number) => T): T[] => Array.from({ length: n }, (_, index) => make(index))

test('79 fifty accept at once for 3 seats over two workspaces: exactly 3 members, 47 wait', async () => {
  const ada = await newUser(node())
  const workspaces = [await ada.createWorkspace('One'), await ada.createWorkspace('Two')]
  const invited = []
  for (const index of times(50, (n) => n)) {
    const person = newPerson(node(), `P${index}`)
    const workspace = workspaces[index % 2] as (typeof workspaces)[0]
    invited.push({ person, ...(await ada.inviteByMail(workspace.id, person.email)) })
  }
  await Promise.all(invited.map(({ person }) => person.signUp()))
  await ada.setPlan('standard_ai')
  const answers = await Promise.all(invited.map(({ person, token }) => person.accept(token)))
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(3)
  expect(statuses.filter((status) => status === 409)).toHaveLength(47)
  const { seats } = await ada.roster(workspaces[0]?.id ?? '')
  expect(seats).toMatchObject({ limit: 3, active: 3, used: 3, pending: 47, waiting: 47, over: 0 })
})

test('12 the same token 20 times at once: one membership', async () => {
  const { ada, workspace, mallory } = await newTeam(node())
  const { token } = await ada.inviteByMail(workspace.id, mallory.email)
  const statuses = (await Promise.all(times(20, () => mallory.accept(token)))).map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  expect(statuses.filter((status) => status === 404)).toHaveLength(19)
})

test('15 cancelling against accepting: one of the two, never both', async () => {
  const { ada, workspace } = await newTeam(node())
  for (const index of times(10, (n) => n)) {
    const kay = await newUser(node(), `Kay${index}`)
    const { invitation, token } = await ada.inviteByMail(workspace.id, kay.email)
    const [accepted, cancelled] = await Promise.all([
      kay.accept(token),
      ada.delete(`/api/workspaces/${workspace.id}/invitations/${invitation.id}`),
    ])
    expect([accepted.status, cancelled.status].sort()).toEqual(accepted.status === 200 ? [200, 404] : [204, 404])
    const { members } = await ada.roster(workspace.id)
    expect(members.some((member) => member.email === kay.email)).toBe(accepted.status === 200)
  }
})

test('60 two Admins demote each other: one does, the other no longer may', async () => {
  const ada = await newUser(node())
  await ada.setAddonSeats(50)
  const workspace = await ada.createWorkspace()
  for (const index of times(8, (n) => n)) {
    const one = await newUser(node(), `One${index}`)
    const two = await newUser(node(), `Two${index}`)
    const oneId = await join(ada, workspace.id, one, 'admin')
    const twoId = await join(ada, workspace.id, two, 'admin')
    const path = `/api/workspaces/${workspace.id}/members`
    const answers = await Promise.all([
      one.patch(`${path}/${twoId}`, { role: 'viewer' }),
      two.patch(`${path}/${oneId}`, { role: 'viewer' }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
  }
})

test('deleting a workspace against inviting into it: no orphan, no error', async () => {
  const ada = await newUser(node())
  for (const index of times(5, (n) => n)) {
    const workspace = await ada.createWorkspace(`Gone ${index}`)
    const answers = await Promise.all([
      ...times(9, (n) => ada.invite(workspace.id, `p${index}.${n}.${ada.email}`)),
      ada.delete(`/api/workspaces/${workspace.id}`),
    ])
    for (const { status } of answers) expect([201, 204, 404]).toContain(status)
    const left = await node().owner`select id from invitations where workspace_id = ${workspace.id}`
    expect(left).toHaveLength(0)
  }
})

test('89 fifty take the same handle: one has it; fifty of the same name all get one', async () => {
  const people = await Promise.all(times(10, (n) => newUser(node(), `Namer${n}`)))
  const handle = `wanted-${people[0]?.userId.slice(-8)}`
  const create = (n: number, body: object) =>
    (people[n % 10] as Person).post<{ handle: string }>('/api/workspaces', body)
  const same = await Promise.all(times(50, (n) => create(n, { name: 'Same', handle })))
  const statuses = same.map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  expect(statuses.filter((status) => status === 409)).toHaveLength(49)
  const named = await Promise.all(times(50, (n) => create(n, { name: 'Fifty Alike' })))
  expect(new Set(named.map(({ body }) => body.handle)).size).toBe(50)
})

test('S1 positions of a stream are gapless after many writers at once', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const writes = times(40, (n) => (n % 2 ? ada : grace).invite(workspace.id, `w${n}.${ada.email}`))
  for (const { status } of await Promise.all(writes)) expect(status).toBe(201)
  const { body } = await ada.get<{ events: { position: number }[] }>(`/api/workspaces/${workspace.id}/events?limit=500`)
  expect(body.events.map((event) => event.position)).toEqual(body.events.map((_, index) => index + 1))
})
