import { expect, test } from 'vitest'
import type { SearchAnswer } from '#shared/protocol/agents/knowledge.ts'
import type { TestNode } from '../support/node.ts'
import { newPerson } from '../support/people.ts'
import { useProgram, type Program } from '../support/program.ts'

const { folder, start } = useProgram()

test('--demo prints sign-ins that work, each with the role of its name, and the second start prints them again', async () => {
  const data = await folder()
  const first = start({ DATA_DIR: data }, ['--demo'])
  const signIns = await printedSignIns(first)
  expect(signIns).toHaveLength(4)
  const port = await first.port()
  expect(await Promise.all(signIns.map((signIn) => roleInSample(port, signIn)))).toEqual([
    'owner',
    'admin',
    'editor',
    'viewer',
  ])
  expect(await sample(port, signIns[0])).toEqual({ members: 4, pending: 4, used: 5, waiting: 2 })
  expect(await answerOfSample(port, signIns[3], 'How can I reset a password?')).toBe('How do I reset my password?')
  first.signal('SIGINT')
  expect(await first.ended).toBe(0)

  const second = start({ DATA_DIR: data }, ['--demo'])
  expect(await printedSignIns(second)).toEqual(signIns)
  expect(await sample(await second.port(), signIns[0])).toEqual({ members: 4, pending: 4, used: 5, waiting: 2 })
})

type SignIn = { email: string; password: string }

async function printedSignIns(program: Program): Promise<SignIn[]> {
  await program.line(/barbara@/)
  return program.printed.flatMap((line) => {
    const [, email, password] = /^ {4}(\S+@\S+) +(.*)$/.exec(line) ?? []
    return email && password ? [{ email, password }] : []
  })
}

async function signedIn(port: number, signIn: SignIn | undefined) {
  const person = newPerson({ port } as TestNode)
  expect((await person.post('/api/auth/sign-in', signIn)).status).toBe(200)
  return person
}

async function roleInSample(port: number, signIn: SignIn): Promise<string | undefined> {
  const { workspaces } = await (await signedIn(port, signIn)).me()
  return workspaces.find(({ handle }) => handle === 'acme-dusseldorf')?.role
}

async function sample(port: number, signIn: SignIn | undefined) {
  const ada = await signedIn(port, signIn)
  const id = (await ada.me()).workspaces.find(({ handle }) => handle === 'acme-dusseldorf')?.id ?? ''
  const { members, invitations, seats } = await ada.roster(id)
  return { members: members.length, pending: invitations.length, used: seats.used, waiting: seats.waiting }
}

/** What the sample's first agent knows best about it. */
async function answerOfSample(port: number, signIn: SignIn | undefined, q: string): Promise<string | undefined> {
  const person = await signedIn(port, signIn)
  const id = (await person.me()).workspaces.find(({ handle }) => handle === 'acme-dusseldorf')?.id ?? ''
  const [agent] = (await person.roster(id)).agents
  const path = `/api/workspaces/${id}/agents/${agent?.id}/search?${new URLSearchParams({ q })}`
  return (await person.get<SearchAnswer>(path)).body.items[0]?.resource.title
}
