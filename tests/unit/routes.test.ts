import { expect, test } from 'vitest'
import {
  agentTabs,
  pathTo,
  pathToAgent,
  pathToConversation,
  routeOf,
  workspacePages,
  type AgentPlace,
} from '#client/routes.ts'

const inAcme = (agent: AgentPlace) => ({ screen: 'workspace', handle: 'acme', page: 'agents', opened: { agent } })

test('every page of a workspace and of an agent has an address that leads back to it', () => {
  for (const page of workspacePages) {
    expect(routeOf(pathTo('acme', page))).toEqual({ screen: 'workspace', handle: 'acme', page, opened: {} })
  }
  const conversation = { agentId: 'g1', id: 'c1' }
  expect(routeOf(pathToConversation('acme', conversation))).toEqual({ screen: 'workspace', handle: 'acme', page: 'help-desk', opened: { conversation } }) // prettier-ignore
  for (const tab of agentTabs) {
    expect(routeOf(pathToAgent('acme', { id: 'g1', tab }))).toEqual(inAcme({ id: 'g1', tab }))
  }
  const webhook = { id: 'g1', tab: 'webhooks', webhookId: 'h1' } as const
  expect(routeOf(pathToAgent('acme', webhook))).toEqual(inAcme(webhook))
})

test.each([
  ['/w/acme', { screen: 'workspace', handle: 'acme', page: 'members', opened: {} }],
  ['/w/acme/', { screen: 'workspace', handle: 'acme', page: 'members', opened: {} }],
  ['/w/acme/agents/', { screen: 'workspace', handle: 'acme', page: 'agents', opened: {} }],
  ['/w/acme/agents/g1/', inAcme({ id: 'g1', tab: 'configuration' })],
  ['/w/acme/agents/g1/knowledge/', inAcme({ id: 'g1', tab: 'knowledge' })],
  ['/w/acme/agents/g1/messenger/', inAcme({ id: 'g1', tab: 'messenger' })],
  ['/w/acme/agents/g1/webhooks/h1/', inAcme({ id: 'g1', tab: 'webhooks', webhookId: 'h1' })],
])('%s is found with a slash too many or too few', (path, route) => {
  expect(routeOf(path)).toEqual(route)
})

test.each([
  '/w',
  '/w/acme/nothing',
  '/w/acme/members/more',
  '/w/acme/agents/g1/nothing',
  '/w/acme/agents/g1/configuration',
  '/w/acme/agents/g1/constructor',
  '/w/acme/agents/g1/knowledge/r1',
  '/w/acme/agents/g1/messenger/more',
  '/w/acme/agents/g1/api-keys/k1',
  '/w/acme/agents/g1/webhooks/h1/more',
  '/w/acme/help-desk/g1',
  '/w/acme/help-desk/g1/c1/more',
])('there is nothing at %s', (path) => {
  expect(routeOf(path)).toEqual({ screen: 'not-found' })
})
