import { expect, test } from 'vitest'
import { useNode } from '../support/node.ts'
import { newPerson, newUser, type Person } from '../support/people.ts'
import { newVisitor } from '../support/visitor.ts'
import { matrixByVisitor, visitorKinds, type VisitorKind } from './matrix-by-visitor.ts'

const node = useNode()

test('every route of the Messenger has its line in the matrix', async () => {
  const { body } = await newPerson(node()).get<{ paths: Record<string, object> }>('/api/openapi.json')
  const routes = Object.entries(body.paths)
    .filter(([path]) => path.startsWith('/api/messenger/'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
  expect(Object.keys(matrixByVisitor).sort()).toEqual(routes.sort())
})

for (const [route, row] of Object.entries(matrixByVisitor)) {
  test(`T1 ${route}: everybody gets exactly their status`, async () => {
    const { callers, conversationId } = await arrange()
    const method = route.split(' ')[0] ?? ''
    const got: Record<string, number> = {}
    for (const kind of visitorKinds)
      got[kind] = (await callers[kind](method, row.path({ conversationId }), row.body)).status
    expect(got).toEqual(Object.fromEntries(visitorKinds.map((kind, index) => [kind, row.statuses[index]])))
  })
}

type Call = (method: string, rest: string, body?: unknown) => Promise<{ status: number }>

let shared: Promise<Person> | undefined

async function arrange(): Promise<{ callers: Record<VisitorKind, Call>; conversationId: string }> {
  const owner = await (shared ??= newUser(node(), 'owner'))
  const { id: workspaceId } = await owner.createWorkspace('Acme')
  const [{ body: agent }, { body: sibling }] = [await owner.createAgent(workspaceId), await owner.createAgent(workspaceId, 'Sibling')]
  for (const { id } of [agent, sibling]) {
    await owner.patch(`/api/workspaces/${workspaceId}/agents/${id}`, { messenger: { on: true } })
  }
  const [visitor, another, elsewhere] = [newVisitor(node(), agent.id), newVisitor(node(), agent.id), newVisitor(node(), sibling.id)]
  for (const one of [another, elsewhere]) await one.begin()
  const { body } = await visitor.begin()
  const bare = (person: Person): Call => (method, rest, given) => person.call(method, visitor.path + rest, given)
  const callers = {
    owner: bare(owner),
    nobody: bare(newPerson(node())),
    unknown: newVisitor(node(), agent.id).call,
    elsewhere: newVisitor(node(), agent.id, elsewhere.token).call,
    another: another.call,
    visitor: visitor.call,
  }
  return { callers, conversationId: body.id }
} // prettier-ignore
