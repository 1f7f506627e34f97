import { expect, test } from 'vitest'
import { language } from '#client/messages/language.svelte.ts'
import { Announcer } from '#client/state/announcer.svelte.ts'
import { happeningOf } from '#client/state/happenings.ts'
import { workspaceEvents, type WorkspaceEvent } from '#shared/protocol/events.ts'

test('what happens within a moment is one sentence, and what comes later another', () => {
  const { announcer, pass, waits } = atTime()
  for (const what of ['joined', 'roles', 'joined', 'joined', 'roles'] as const) announcer.gather(what)
  expect(announcer.message).toBe('')
  expect(waits()).toBe(1)
  pass()
  expect(announcer.message).toBe('3 people joined, 2 roles changed.')
  announcer.gather('invited')
  expect(announcer.message).toBe('3 people joined, 2 roles changed.')
  pass()
  expect(announcer.message).toBe('1 invitation sent.')
  expect(waits()).toBe(0)
})

test('a hundred things at once are one sentence', () => {
  const { announcer, pass } = atTime()
  for (let n = 0; n < 100; n += 1) announcer.gather('invited')
  pass()
  expect(announcer.message).toBe('100 invitations sent.')
})

test('what cannot wait is said at once, and takes nothing from what is gathered', () => {
  const { announcer, pass } = atTime()
  announcer.gather('left')
  announcer.say('Connection lost. Reconnecting.')
  expect(announcer.message).toBe('Connection lost. Reconnecting.')
  pass()
  expect(announcer.message).toBe('1 person left.')
})

test('in German it is a German sentence', () => {
  const { announcer, pass } = atTime()
  language.choose('de')
  announcer.gather('joined')
  announcer.gather('roles')
  pass()
  expect(announcer.message).toBe('1 Person ist beigetreten, 1 Rolle geändert.')
  language.choose('en')
})

test('whatever people do to one another is counted, and what only follows from it is not', () => {
  const silent = Object.keys(workspaceEvents).filter((type) => happeningOf({ type } as WorkspaceEvent) === null)
  expect(silent.sort()).toEqual([
    'agent.webhook_disabled',
    'invitation.accepted',
    'invitation.seat_granted',
    'invitation.seat_withdrawn',
    'member.email_changed',
    'workspace.created',
    'workspace.deleted',
    'workspace.renamed',
  ])
})

/** An announcer whose time passes when the test says so. */
function atTime() {
  let waiting: (() => void)[] = []
  const announcer = new Announcer((act) => waiting.push(act))
  return {
    announcer,
    waits: () => waiting.length,
    pass() {
      const due = waiting
      waiting = []
      for (const act of due) act()
    },
  }
}
