import { openedAnswer } from '#shared/protocol/agents/api-keys.ts'
import { readOpened } from '../agents/queries/api-keys.ts'
import { authenticateByKey, describeKeys, serveByKey } from './by-key.ts'
import type { Services } from './env.ts'
import type { Router } from './router.ts'
import { contactRoutesByKey } from './v1-contacts.ts'
import { conversationRoutesByKey } from './v1-conversations.ts'
import { resourceRoutesByKey } from './v1-resources.ts'

/** The API of one agent, for whoever holds a key of it. The agent stands in no path: it is the key's. */
export function v1Routes(router: Router, services: Services): void {
  const { sql } = services.core
  router.use('/api/v1/*', authenticateByKey(services))
  describeKeys(router)

  serveByKey(
    router,
    'get',
    '/api/v1/agent',
    { summary: 'What the key opens', scope: null, answer: openedAnswer },
    async ({ c, key }) => c.json(await readOpened(sql, key)),
  )
  contactRoutesByKey(router, services)
  conversationRoutesByKey(router, services)
  resourceRoutesByKey(router, services)
}
