import type { Plan } from '#shared/plans.ts'
import type { ErrorCode, FieldError, Problem } from '#shared/protocol/errors.ts'
import type {
  AcceptAnswer,
  AgentChange,
  HandleAnswer,
  InviteResult,
  MeAnswer,
  NewAgent,
  PreviewAnswer,
  RosterAnswer,
  SignUpAnswer,
} from '#shared/protocol/requests.ts'
import type { Account, Agent, Invitation, MemberWithPresence, User, Workspace } from '#shared/protocol/resources.ts'
import type { AssignableRole } from '#shared/roles.ts'

/** A request that was refused, or that never arrived (`offline`). The message is a sentence for people. */
export class ApiError extends Error {
  readonly code: ErrorCode | 'offline'
  readonly errors: FieldError[]

  constructor(code: ErrorCode | 'offline', detail: string, errors: FieldError[] = []) {
    super(detail)
    this.code = code
    this.errors = errors
  }
}

/** Whether an invitation's link stopped working: used, replaced, withdrawn or expired. */
export function isDeadLink(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'invitation_not_found' || error.code === 'invitation_expired')
}

type SignUp = { email: string; password: string; name: string; invitationToken?: string }
type WorkspaceChange = { name?: string; handle?: string }
type InvitationDraft = { email: string; role: AssignableRole }

/** The only door out: every call of the HTTP interface that the client makes. */
export const api = {
  me: () => get<MeAnswer>('/api/me'),
  signUp: (body: SignUp) => post<SignUpAnswer>('/api/auth/sign-up', body),
  signIn: (body: { email: string; password: string }) => post<{ user: User }>('/api/auth/sign-in', body),
  signOut: () => post<void>('/api/auth/sign-out'),

  previewInvitation: (token: string) => post<PreviewAnswer>('/api/invitations/preview', { token }),
  acceptInvitation: (token: string) => post<AcceptAnswer>('/api/invitations/accept', { token }),
  declineInvitation: (token: string) => post<void>('/api/invitations/decline', { token }),

  handle: (handle: string) => get<HandleAnswer>(`/api/handles/${encodeURIComponent(handle)}`),
  handleForName: (name: string) => get<HandleAnswer>(`/api/handles?${new URLSearchParams({ name })}`),

  createWorkspace: (body: { name: string; handle?: string }) => create<Workspace>('/api/workspaces', body),
  workspaceByHandle: (handle: string) => get<Workspace>(`/api/workspaces/by-handle/${encodeURIComponent(handle)}`),
  roster: (id: string) => get<RosterAnswer>(`/api/workspaces/${id}/roster`),
  changeWorkspace: (id: string, body: WorkspaceChange) => send<Workspace>('PATCH', `/api/workspaces/${id}`, body),
  deleteWorkspace: (id: string) => send<void>('DELETE', `/api/workspaces/${id}`),
  leaveWorkspace: (id: string) => post<void>(`/api/workspaces/${id}/leave`),

  changeMemberRole: (id: string, memberId: string, role: AssignableRole) =>
    send<MemberWithPresence>('PATCH', `/api/workspaces/${id}/members/${memberId}`, { role }),
  removeMember: (id: string, memberId: string) => send<void>('DELETE', `/api/workspaces/${id}/members/${memberId}`),
  invite: (id: string, invitations: InvitationDraft[]) =>
    create<{ results: InviteResult[] }>(`/api/workspaces/${id}/invitations/batch`, { invitations }),
  changeInvitationRole: (id: string, invitationId: string, role: AssignableRole) =>
    send<Invitation>('PATCH', `/api/workspaces/${id}/invitations/${invitationId}`, { role }),
  resendInvitation: (id: string, invitationId: string) =>
    create<Invitation>(`/api/workspaces/${id}/invitations/${invitationId}/resend`),
  cancelInvitation: (id: string, invitationId: string) =>
    send<void>('DELETE', `/api/workspaces/${id}/invitations/${invitationId}`),

  changeDisplayName: (id: string, displayName: string) =>
    send<MemberWithPresence>('PATCH', `/api/workspaces/${id}/membership`, { displayName }),
  setAvatar: (id: string, picture: Blob) =>
    send<MemberWithPresence>('PUT', `/api/workspaces/${id}/membership/avatar`, picture),
  removeAvatar: (id: string) => send<unknown>('DELETE', `/api/workspaces/${id}/membership/avatar`),

  createAgent: (id: string, body: NewAgent) => create<Agent>(`/api/workspaces/${id}/agents`, body),
  changeAgent: (id: string, agentId: string, body: AgentChange) =>
    send<Agent>('PATCH', `/api/workspaces/${id}/agents/${agentId}`, body),
  deleteAgent: (id: string, agentId: string) => send<void>('DELETE', `/api/workspaces/${id}/agents/${agentId}`),

  changePlan: (plan: Plan) => send<{ account: Account }>('PUT', '/api/account/plan', { plan }),
  changeAddonSeats: (addonSeats: number) => send<{ account: Account }>('PUT', '/api/account/seats', { addonSeats }),
}

let signedOut: () => void = () => undefined

/** `listener` is called whenever an answer says that nobody is signed in any more. */
export function whenSignedOut(listener: () => void): void {
  signedOut = listener
}

function get<Answer>(path: string): Promise<Answer> {
  return send<Answer>('GET', path)
}

function post<Answer>(path: string, body?: object): Promise<Answer> {
  return send<Answer>('POST', path, body)
}

/** A creating POST: its key lets one whose answer was lost be sent again with one effect. */
async function create<Answer>(path: string, body?: object): Promise<Answer> {
  const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  try {
    return await send<Answer>('POST', path, body, key)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'offline') throw error
    return send<Answer>('POST', path, body, key)
  }
}

async function send<Answer>(method: string, path: string, body?: object, key?: string): Promise<Answer> {
  const headers = new Headers({ accept: 'application/json' })
  if (body) headers.set('content-type', body instanceof Blob ? body.type : 'application/json')
  if (key) headers.set('idempotency-key', key)
  const payload = body instanceof Blob ? body : body && JSON.stringify(body)
  const request: RequestInit = { method, headers, credentials: 'same-origin', ...(payload && { body: payload }) }
  const response = await fetch(path, request).catch(() => {
    throw new ApiError('offline', 'Rollcall cannot be reached. Check your connection and try again.')
  })
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer
  throw await errorFrom(response)
}

async function errorFrom(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => null)) as Problem | null
  if (!problem?.code) return new ApiError('unavailable', 'Rollcall cannot answer right now. Try again in a moment.')
  if (problem.code === 'unauthenticated') signedOut()
  return new ApiError(problem.code, problem.detail, problem.errors)
}
