import { expect, test } from 'vitest'
import { may, policy, type Action } from '#shared/policy.ts'
import { assignableRoles, roles } from '#shared/roles.ts'

/** The table of product.md, §3, and who is notified by §9, written down a second time: Owner, Admin, Editor, Viewer. */
const table: Readonly<Record<Action, string>> = {
  'workspace.view': 'yyyy',
  'profile.edit': 'yyyy',
  'workspace.leave': '-yyy',
  'invitation.send': 'yy--',
  'invitation.resend': 'yy--',
  'invitation.change_role': 'yy--',
  'member.change_role': 'yy--',
  'invitation.cancel': 'y---',
  'member.remove': 'y---',
  'notification.receive': 'yy--',
  'workspace.rename': 'yy--',
  'workspace.delete': 'y---',
  'billing.manage': 'y---',
  'agent.manage': 'yy--',
  'agent.edit': 'yyy-',
  'conversation.reply': 'yyy-',
}

test.each(Object.entries(table))('%s: %s', (action, row) => {
  expect(roles.map((role) => (may(role, action as Action) ? 'y' : '-')).join('')).toBe(row)
})

test('9 17 59 the table has a line for every action, and nobody can be made Owner', () => {
  expect(Object.keys(policy).sort()).toEqual(Object.keys(table).sort())
  expect(assignableRoles).not.toContain('owner')
})

test('what is no role may nothing', () => {
  for (const role of ['', 'Owner', 'superuser', 'constructor', '__proto__']) {
    for (const action of Object.keys(policy)) expect(may(role as never, action as Action)).toBe(false)
  }
})
