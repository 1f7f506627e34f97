import { describe, expect, test } from 'vitest'
import { newsOfAgent } from '#client/state/agent/agent-news.ts'
import { matching } from '#client/state/agent/resources.ts'
import { scopeAreas } from '#client/state/agent/scopes.ts'
import { attemptsIn, eventOptions, isDue, outcomeOf, pathOf, standingOf } from '#client/state/agent/webhooks.ts'
import { newsOfWorkspace } from '#client/state/news.ts'
import type { ResourceSummary } from '#shared/protocol/agents/knowledge.ts'
import { webhookEvents, type Delivery, type WebhookSummary } from '#shared/protocol/agents/webhooks.ts'
import type { AgentEvent, WorkspaceEvent } from '#shared/protocol/events.ts'
import { roles, type Role } from '#shared/roles.ts'
import { scopes } from '#shared/scopes.ts'
import type { AgentState, JoinedWorkspace, WorkspaceState } from '#shared/state/snapshots.ts'

const at = '2026-11-26T00:00:00.000Z'
const webhook: WebhookSummary = { id: 'h1', host: 'hooks.example.com', events: [], active: true, problem: null, createdAt: at } // prettier-ignore
const delivery: Delivery = { id: 'd1', type: 'contact.created', payload: '{}', test: false, status: 'pending', attempts: 1, nextAttemptAt: null, lastAttemptAt: at, answerStatus: null, answerProblem: null, createdAt: at } // prettier-ignore

test('every event and every scope is offered, once', () => {
  expect(eventOptions().map(({ value }) => value)).toEqual([...webhookEvents])
  expect(
    scopeAreas()
      .flatMap(({ options }) => options.map(({ value }) => value))
      .sort(),
  ).toEqual([...scopes].sort())
})

describe('resources', () => {
  const hours = resource('r1', 'Opening hours', null)
  const page = resource('r2', 'example.com', 'https://example.com/Help')
  const prices = resource('r3', 'Prices and hours', 'https://example.com/prices')

  test.each([
    ['', ['r3', 'r2', 'r1']],
    ['HOURS', ['r3', 'r1']],
    ['hours prices', ['r3']],
    ['help', ['r2']],
    ['nothing', []],
  ])('typed %j shows %j, the newest first', (typed, ids) => {
    expect(matching([hours, page, prices], typed).map(({ id }) => id)).toEqual(ids)
  })
})

describe('webhooks', () => {
  test.each([
    [{}, null, 'Active'],
    [{}, at, 'Failing'],
    [{ active: false }, null, 'Off'],
    [{ active: false }, at, 'Off'],
    [{ active: false, problem: 'No answer for a day.' }, at, 'Switched off by itself'],
  ])('%j, failing since %j: %s', (change, failingSince, name) => {
    expect(standingOf({ ...webhook, ...change }, failingSince).name).toBe(name)
  })

  test.each([
    [{ attempts: 0 }, 'Not sent yet'],
    [{ answerStatus: 204 }, 'Answered 204'],
    [{ answerStatus: 500, answerProblem: 'It answered 500.' }, 'It answered 500.'],
    [{}, 'No answer'],
  ])('%j: %s', (change, words) => {
    expect(outcomeOf({ ...delivery, ...change })).toBe(words)
  })

  test('a delivery is looked out for while an attempt is close, and not for hours before', () => {
    const now = Date.parse(at)
    const next = (milliseconds: number) => ({ ...delivery, nextAttemptAt: new Date(now + milliseconds).toISOString() })
    expect(isDue(delivery, now)).toBe(true)
    expect(isDue(next(-60_000), now)).toBe(true)
    expect(isDue(next(5_000), now)).toBe(true)
    expect(isDue(next(3_600_000), now)).toBe(false)
    for (const status of ['delivered', 'failed'] as const) expect(isDue({ ...delivery, status }, now)).toBe(false)
    expect(attemptsIn([delivery, { ...delivery, attempts: 3 }])).toBe(4)
  })

  test.each([
    ['https://example.com', ''],
    ['https://example.com/', ''],
    ['https://example.com/a/b?c=d', '/a/b?c=d'],
    ['no address', ''],
  ])('of %s the path is %j', (url, path) => {
    expect(pathOf(url)).toBe(path)
  })
})

describe('news', () => {
  const apiKey = { id: 'k1', name: 'Shop', prefix: 'x', scopes: [], createdAt: at, expiresAt: null }
  const before: AgentState = { resources: [], apiKeys: [apiKey], webhooks: [webhook], integrations: [] }
  const grace = { memberId: 'm2', displayName: 'Grace' }

  test('who made or took a key is told to those who manage keys, and what one did oneself to nobody', () => {
    const heard = (role: Role, type: AgentEvent['type'], data: object, memberId = 'm1') =>
      newsOfAgent({ position: 1, at, actor: grace, type, data } as AgentEvent, before, me(role, memberId))?.text
    for (const role of roles) {
      const told = role === 'owner' || role === 'admin'
      expect(heard(role, 'api_key.created', { apiKey })).toBe(told ? 'Grace created the API key Shop.' : undefined)
      expect(heard(role, 'api_key.revoked', { apiKeyId: 'k1' })).toBe(told ? 'Grace revoked the API key Shop.' : undefined) // prettier-ignore
      expect(heard(role, 'webhook.deleted', { webhookId: 'h1' })).toBe('Grace deleted the webhook to hooks.example.com.') // prettier-ignore
      expect(heard(role, 'webhook.deleted', { webhookId: 'h1' }, 'm2')).toBeUndefined()
    }
  })

  test('a webhook that was switched off by itself is told to Owner and Admins', () => {
    const data = { agentId: 'g1', agentName: 'Front desk', host: 'hooks.example.com' }
    const event = { position: 1, at, actor: null, type: 'agent.webhook_disabled', data } as WorkspaceEvent
    const state = { agents: [], members: [], invitations: [] } as unknown as NonNullable<WorkspaceState>
    const text = 'The webhook to hooks.example.com of Front desk was switched off: it takes nothing any more.'
    for (const role of roles) {
      const told = role === 'owner' || role === 'admin'
      expect(newsOfWorkspace(event, state, me(role, 'm1'))).toEqual(told ? { text, tone: 'warning' } : null)
    }
  })
})

function me(role: Role, memberId: string): JoinedWorkspace {
  return { id: 'w', accountId: 'a', name: 'Acme', handle: 'acme', isDefault: false, role, memberId, createdAt: at }
}

function resource(id: string, title: string, url: string | null): ResourceSummary {
  const kind = url ? 'url' : 'text'
  const read = { status: 'ready', problem: null, fetchedAt: null } as const
  return { id, kind, title, url, language: 'en', ...read, createdAt: at, updatedAt: at }
}
