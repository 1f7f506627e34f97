import { test } from 'vitest'
import { see, useBrowser } from '../support/browser.ts'
import { useNode } from '../support/node.ts'
import { goToPage, openAs } from '../support/panel.ts'
import { newTeam, type Person } from '../support/people.ts'
import { lookAt } from '../support/screenshots.ts'

const node = useNode()
const { visit } = useBrowser(node)

test('agents in two browsers: what one creates, changes and deletes, the other shows', async () => {
  const { ada, edsger, workspace } = await newTeam(node())
  const [owner, editor] = await Promise.all(
    [ada, edsger].map((person) => open(person, `/w/${workspace.handle}/agents`)),
  )
  if (!owner || !editor) throw new Error('Two looked.')
  await see(owner.getByRole('heading', { name: 'No agents yet' })).toBeVisible()
  await lookAt(owner, 'agents-none')
  await see(editor.getByText('The Owner and Admins of Acme create them.')).toBeVisible()
  await see(editor.getByRole('button', { name: 'Create agent' })).toHaveCount(0)

  await owner.getByRole('button', { name: 'Create agent' }).click()
  const dialog = owner.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Create agent' }).click()
  await see(dialog.getByLabel('Agent Name')).toHaveAttribute('aria-invalid', 'true')
  await dialog.getByLabel('Agent Name').fill('Front desk')
  await dialog.getByLabel('Language of its knowledge').selectOption('German')
  await lookAt(owner, 'agents-create')
  await dialog.getByRole('button', { name: 'Create agent' }).click()
  await see(owner.getByRole('heading', { name: 'Front desk', level: 1 })).toBeVisible()
  await see(editor.getByText('Ada created the agent Front desk.')).toBeVisible()
  await lookAt(editor, 'agents-list')

  await editor.getByRole('link', { name: 'Front desk' }).click()
  await see(editor.getByRole('heading', { name: 'Delete this agent' })).toHaveCount(0)
  await editor.getByLabel('Greeting').fill('Guten Tag!')
  // what somebody else changes meanwhile does not touch what is being written
  await owner.getByLabel('Agent Name').fill('Reception')
  await owner.getByRole('button', { name: 'Save' }).click()
  await see(editor.getByRole('heading', { name: 'Reception', level: 1 })).toBeVisible()
  await see(editor.getByLabel('Agent Name')).toHaveValue('Reception')
  await see(editor.getByLabel('Greeting')).toHaveValue('Guten Tag!')
  await editor.getByRole('switch', { name: 'Help Desk' }).click()
  await lookAt(editor, 'agent-editing')
  await editor.getByRole('button', { name: 'Save' }).click()
  await see(owner.getByLabel('Greeting')).toHaveValue('Guten Tag!')
  await see(owner.getByRole('switch', { name: 'Help Desk' })).toBeChecked()
  await see(owner.getByLabel('Agent Name')).toHaveValue('Reception')

  await goToPage(owner, 'Settings')
  await see(owner.getByText('It has an agent. A workspace can be deleted once it has none.')).toBeVisible()
  await see(owner.getByRole('button', { name: 'Delete workspace' })).toHaveCount(0)
  await owner.goBack()
  await owner.getByRole('button', { name: 'Delete agent' }).click()
  await dialog.getByLabel('Agent Name').fill('Recep')
  await see(dialog.getByRole('button', { name: 'Delete agent' })).toBeDisabled()
  await dialog.getByLabel('Agent Name').fill('Reception')
  await lookAt(owner, 'agent-delete')
  await dialog.getByRole('button', { name: 'Delete agent' }).click()
  await owner.waitForURL('**/agents')
  await editor.waitForURL('**/agents')
  await see(editor.getByText('Ada deleted the agent Reception.')).toBeVisible()
  await see(editor.getByRole('heading', { name: 'No agents yet' })).toBeVisible()
  await goToPage(owner, 'Settings')
  await see(owner.getByRole('button', { name: 'Delete workspace' })).toBeVisible()
})

function open(person: Person, address: string) {
  return openAs(visit, person, address)
}
