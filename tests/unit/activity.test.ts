import { beforeEach, expect, test } from 'vitest'
import { workspaceEvents, type WorkspaceEvent } from '#shared/protocol/events.ts'
import { eventsQuery, type Subject } from '#shared/protocol/history.ts'
import { asked, filterIn, isFiltered, noFilter } from '#client/state/activity-filter.ts'
import { activityKinds } from '#client/state/activity-kinds.ts'
import { sentenceOf } from '#client/state/activity-news.ts'
import { language } from '#client/messages/language.svelte.ts'

const at = '2026-11-26T12:00:00.000Z'
const nothing: Subject = { name: null, email: null, role: null, handle: null }
const grace = '01938f2e-0000-7000-8000-000000000001'

beforeEach(() => language.choose('en'))

test('each kind of event is of one kind of activity', () => {
  expect(Object.values(activityKinds).flat().sort()).toEqual(Object.keys(workspaceEvents).sort())
})

test.each<[WorkspaceEvent['type'], object, Partial<Subject>, string]>([
  ['member.role_changed', { role: 'admin' }, { name: 'Grace', role: 'editor' }, 'Ada changed Grace’s role from Editor to Admin.'],
  ['member.role_changed', { role: 'admin' }, {}, 'Ada changed A member’s role to Admin.'],
  ['member.profile_changed', { displayName: 'Grace' }, { name: 'Grace' }, 'Grace changed their picture.'],
  ['member.profile_changed', { displayName: 'Grace H' }, { name: 'Grace' }, 'Grace is now called Grace H.'],
  ['member.removed', {}, { name: 'Grace' }, 'Ada removed Grace.'],
  ['invitation.cancelled', {}, { email: 'kay@example.com' }, 'Ada cancelled the invitation of kay@example.com.'],
  ['workspace.renamed', { name: 'B', handle: 'a' }, { name: 'A', handle: 'a' }, 'Ada renamed the workspace from A to B.'],
  ['workspace.renamed', { name: 'A', handle: 'b' }, { name: 'A', handle: 'a' }, 'Ada changed the workspace handle from a to b.'],
  ['workspace.renamed', { name: 'B', handle: 'b' }, { name: 'A', handle: 'a' }, 'Ada changed the workspace to B (b).'],
  ['agent.updated', { agent: { name: 'Desk' } }, { name: 'Desk' }, 'Ada changed the agent Desk.'],
  ['agent.updated', { agent: { name: 'Desk' } }, { name: 'Door' }, 'Ada renamed the agent Door to Desk.'],
])('%s of %j, with %j before, is a sentence', (type, data, subject, sentence) => {
  const actor = { memberId: grace, displayName: 'Ada' }
  const event = { position: 1, at, type, actor, data } as WorkspaceEvent
  expect(sentenceOf({ event, at, subject: { ...nothing, ...subject } })).toBe(sentence)
}) // prettier-ignore

test('what the address says is what is asked, and what it cannot say is left out', () => {
  const filter = filterIn(new URLSearchParams(`actor=${grace}&kind=agents&from=2026-11-01&to=2026-11-26`))
  expect(filter).toEqual({ actor: grace, kind: 'agents', from: '2026-11-01', to: '2026-11-26' })
  const query = eventsQuery.parse(asked(filter))
  expect(query).toMatchObject({ actor: grace, type: activityKinds.agents.join(',') })
  expect(Date.parse(query.to ?? '') - Date.parse(query.from ?? '')).toBe(26 * 86_400_000 - 1)
  const wrong = filterIn(new URLSearchParams('actor=x&kind=planets&from=soon&to=2026-13-45'))
  expect([wrong, isFiltered(wrong), asked(wrong)]).toEqual([noFilter, false, {}])
})
