import { randomUUID } from 'node:crypto'
import type { CreatedApiKey, NewApiKey } from '#shared/protocol/agents/api-keys.ts'
import type { Plan } from '#shared/plans.ts'
import type { MeAnswer, RosterAnswer } from '#shared/protocol/requests.ts'
import type { Agent, Invitation, Workspace } from '#shared/protocol/resources.ts'
import type { AssignableRole } from '#shared/roles.ts'
import { tokenIn } from './mail.ts'
import type { TestNode } from './node.ts'

export type Answer<T> = { status: number; body: T; headers: Headers }
export type Failure = { code: string; detail: string; errors?: { path: string; message: string }[] }

export const password = 'sturdy horse 42'

/** Somebody with a browser of their own: requests carry its cookie. */
export type Person = Awaited<ReturnType<typeof newPerson>>

/** A stranger: not signed in, without an account. */
export function newPerson(node: TestNode, name = 'Ada') {
  let cookie = ''
  const heard: string[] = []
  const email = `${name.toLowerCase()}.${randomUUID().slice(0, 8)}@example.com`

  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const json = body !== undefined && !(body instanceof Uint8Array)
    const answer = await fetch(`http://127.0.0.1:${node.port}${path}`, {
      method,
      headers: { ...(json && { 'Content-Type': 'application/json' }), ...(cookie && { Cookie: cookie }), ...headers },
      ...(body !== undefined && { body: json ? JSON.stringify(body) : (body as BodyInit) }),
      redirect: 'manual',
    })
    if (answer.headers.has('set-cookie')) cookie = cookieIn(answer.headers)
    const text = await answer.text()
    heard.push([...answer.headers].join('\n') + text)
    const isJson = answer.headers.get('content-type')?.includes('json') && text !== ''
    return { status: answer.status, body: (isJson ? JSON.parse(text) : text) as T, headers: answer.headers }
  }

  const person = {
    email,
    name,
    userId: '',
    cookie: () => cookie,
    /** Every answer that this person was given, headers and body. */
    heard,
    call,
    get: <T>(path: string) => call<T>('GET', path),
    post: <T>(path: string, body?: unknown, headers?: Record<string, string>) =>
      call<T>('POST', path, body ?? undefined, headers),
    put: <T>(path: string, body?: unknown) => call<T>('PUT', path, body),
    patch: <T>(path: string, body?: unknown) => call<T>('PATCH', path, body),
    delete: <T>(path: string) => call<T>('DELETE', path),

    async signUp(invitationToken?: string) {
      const body = { email, password, name, ...(invitationToken && { invitationToken }) }
      const answer = await call<{ user: { id: string }; workspaces: Workspace[]; invitation?: string }>(
        'POST',
        '/api/auth/sign-up',
        body,
      )
      if (answer.status === 201) person.userId = answer.body.user.id
      return answer
    },
    signIn: () => call('POST', '/api/auth/sign-in', { email, password }),
    /** The cookie of another session of theirs: a sign-in that comes with this one's would end it. */
    async newSession() {
      const { headers } = await fetch(`http://127.0.0.1:${node.port}/api/auth/sign-in`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, password }),
      })
      return cookieIn(headers)
    },
    me: async () => (await call<MeAnswer>('GET', '/api/me')).body,
    roster: async (workspaceId: string) =>
      (await call<RosterAnswer>('GET', `/api/workspaces/${workspaceId}/roster`)).body,
    async createWorkspace(workspaceName = `${name}’s place`) {
      return (await call<Workspace>('POST', '/api/workspaces', { name: workspaceName })).body
    },
    createAgent: (workspaceId: string, agentName = 'Front desk') =>
      call<Agent>('POST', `/api/workspaces/${workspaceId}/agents`, { name: agentName }),
    createApiKey: (workspaceId: string, agentId: string, wanted: NewApiKey, headers: Record<string, string> = {}) =>
      call<CreatedApiKey>('POST', `/api/workspaces/${workspaceId}/agents/${agentId}/api-keys`, wanted, headers),
    setPlan: (plan: Plan) => call('PUT', '/api/account/plan', { plan }),
    setAddonSeats: (addonSeats: number) => call('PUT', '/api/account/seats', { addonSeats }),
    invite: (workspaceId: string, address: string, role: AssignableRole = 'editor') =>
      call<Invitation & Failure>('POST', `/api/workspaces/${workspaceId}/invitations`, { email: address, role }),
    /** Invites somebody and answers the link's token, from the email. */
    async inviteByMail(workspaceId: string, address: string, role: AssignableRole = 'editor') {
      const before = node.mail.countTo(address)
      const { body } = await person.invite(workspaceId, address, role)
      return { invitation: body, token: tokenIn(await node.mail.next(address, before)) }
    },
    accept: (token: string) => call<{ member: { id: string } } & Failure>('POST', '/api/invitations/accept', { token }),
  }
  return person
}

function cookieIn(headers: Headers): string {
  return headers.get('set-cookie')?.split(';')[0] ?? ''
}

/** Somebody who has signed up. */
export async function newUser(node: TestNode, name = 'Ada'): Promise<Person> {
  const person = newPerson(node, name)
  const { status } = await person.signUp()
  if (status !== 201) throw new Error(`${name} could not sign up: ${status}`)
  return person
}

/** Brings somebody with an account into a workspace. Answers their member id. */
export async function join(owner: Person, workspaceId: string, person: Person, role: AssignableRole): Promise<string> {
  const { token } = await owner.inviteByMail(workspaceId, person.email, role)
  const { status, body } = await person.accept(token)
  if (status !== 200) throw new Error(`${person.name} could not join: ${status} ${body.code}`)
  return body.member.id
}

/** A workspace with the whole cast: Ada owns it, Grace is Admin, Edsger Editor and Barbara Viewer; Mallory is outside. */
export async function newTeam(node: TestNode) {
  const [ada, grace, edsger, barbara, mallory] = await Promise.all(
    ['Ada', 'Grace', 'Edsger', 'Barbara', 'Mallory'].map((name) => newUser(node, name)),
  ) as [Person, Person, Person, Person, Person] // prettier-ignore
  await ada.setPlan('pro_ai')
  await ada.setAddonSeats(20)
  const workspace = await ada.createWorkspace('Acme')
  const adaId = workspace.memberId
  const graceId = await join(ada, workspace.id, grace, 'admin')
  const edsgerId = await join(ada, workspace.id, edsger, 'editor')
  const barbaraId = await join(ada, workspace.id, barbara, 'viewer')
  return { workspace, ada, grace, edsger, barbara, mallory, adaId, graceId, edsgerId, barbaraId }
}
