import { test } from 'vitest'
import { see, useBrowser } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { createWebhook, takeover } from '../support/outside.ts'
import { openAs } from '../support/panel.ts'
import { newTeam, type Person } from '../support/people.ts'
import { reachable, status } from '../support/receiver.ts'
import { lookAt } from '../support/screenshots.ts'
import { useReceiver } from '../support/use-receiver.ts'

const node = useNode({}, 1000, reachable)
const receiver = useReceiver()
const { visit } = useBrowser(node)

test('a webhook that is switched off by itself: the Owner is told wherever they are, an Editor sees it in the list', async () => {
  const { ada, edsger, workspace } = await newTeam(node())
  const { body: agent } = await ada.createAgent(workspace.id, 'Front desk')
  const path = `/api/workspaces/${workspace.id}/agents/${agent.id}`
  const desk = { owner: ada, workspaceId: workspace.id, agentId: agent.id, path }
  receiver().answer('/gone', status(410))
  const url = `https://localhost:${receiver().port}/gone`
  await createWebhook(desk, { url, events: ['takeover.requested'] })
  const owner = await open(ada, `/w/${workspace.handle}/members`)
  const editor = await open(edsger, `/w/${workspace.handle}/agents/${agent.id}/webhooks`)
  await takeover(node(), desk)
  await see(owner.getByText(`The webhook to localhost:${receiver().port} of Front desk was switched off`)).toBeVisible()
  await lookAt(owner, 'webhook-switched-off')
  const line = editor.getByRole('row').filter({ hasText: 'localhost' })
  await see(line).toContainText('Switched off')
  await see(editor.getByText('of Front desk was switched off')).toHaveCount(0)
})

async function open(person: Person, address: string) {
  return openAs(visit, person, address)
}
