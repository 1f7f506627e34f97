import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { join, newPerson, newUser } from '../support/people.ts'
import { verifyCommand } from '../support/verify-command.ts'

const node = useNode()

test('80 81 S3 with no seat left the invited person waits, and is let in by the very cancellation that frees one', async () => {
  const ada = await newUser(node())
  await ada.setPlan('standard_ai')
  const workspace = await ada.createWorkspace()
  const held = await Promise.all([1, 2, 3].map((n) => ada.inviteByMail(workspace.id, `held${n}.${ada.email}`)))
  const kay = newPerson(node(), 'Kay')
  const { invitation, token } = await ada.inviteByMail(workspace.id, kay.email)
  expect(invitation.seat).toBe('waiting')
  expect((await kay.signUp(token)).body.invitation).toBe('waiting')
  expect(await kay.accept(token)).toMatchObject({ status: 409, body: { code: 'seats_exhausted' } })
  expect((await kay.me()).waiting).toHaveLength(1)

  const live = await connectLive(node(), kay)
  await live.watch(streamOf('user', kay.userId), (await kay.me()).position)
  await verifyCommand(node(), ada, workspace.id, [ada, kay], () =>
    ada.delete(`/api/workspaces/${workspace.id}/invitations/${held[0]?.invitation.id}`),
  )
  await live.until(() => live.eventsOf(streamOf('user', kay.userId)).some((event) => event.type === 'workspace.added'))
  expect((await ada.roster(workspace.id)).members.map((member) => member.email)).toContain(kay.email)
  live.close()
})

test('85 seats are counted over all workspaces of an owner, and each shows the same figure', async () => {
  const ada = await newUser(node())
  await ada.setAddonSeats(2)
  const one = await ada.createWorkspace('One')
  const two = await ada.createWorkspace('Two')
  await join(ada, one.id, await newUser(node(), 'Kay'), 'viewer')
  await ada.invite(two.id, `second.${ada.email}`)
  const third = await ada.invite(one.id, `third.${ada.email}`)
  expect(third.body.seat).toBe('waiting')
  const expected = { limit: 2, active: 1, pending: 2, used: 2, available: 0, waiting: 1, over: 0 }
  expect((await ada.roster(one.id)).seats).toMatchObject(expected)
  expect((await ada.roster(two.id)).seats).toMatchObject(expected)
})

test('83 S3 a lower limit removes nobody, says how many are over, and takes seats from the end of the line', async () => {
  const ada = await newUser(node())
  await ada.setAddonSeats(3)
  const workspace = await ada.createWorkspace()
  await join(ada, workspace.id, await newUser(node(), 'Kay'), 'viewer')
  await join(ada, workspace.id, await newUser(node(), 'Kim'), 'viewer')
  await ada.invite(workspace.id, `third.${ada.email}`)
  await verifyCommand(node(), ada, workspace.id, [ada], () => ada.setAddonSeats(1))
  const { seats, members, invitations } = await ada.roster(workspace.id)
  expect(members).toHaveLength(3)
  expect(seats).toMatchObject({ limit: 1, active: 2, over: 1, waiting: 1 })
  expect(invitations[0]?.seat).toBe('waiting')
})
