import type { Plan } from '#shared/plans.ts'
import type { SeatHistory, SessionsAnswer } from '#shared/protocol/account.ts'
import type { DeskSearchAnswer } from '#shared/protocol/agents/desk.ts'
import type { Order, PaymentPage } from '#shared/protocol/billing.ts'
import type { HistoryAnswer, HistoryQuery } from '#shared/protocol/history.ts'
import type { NotificationsAnswer, WhichNotifications } from '#shared/protocol/notifications.ts'
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
import type { Http } from './http.ts'

type SignUp = { email: string; password: string; name: string; invitationToken?: string }
type WorkspaceChange = { name?: string; handle?: string }
type InvitationDraft = { email: string; role: AssignableRole }

export type Api = ReturnType<typeof createApi>

/** The calls of the HTTP interface, but those inside an agent. */
export function createApi({ create, get, post, send }: Http) {
  return {
    me: () => get<MeAnswer>('/api/me'),
    signUp: (body: SignUp) => post<SignUpAnswer>('/api/auth/sign-up', body),
    signIn: (body: { email: string; password: string }) => post<{ user: User }>('/api/auth/sign-in', body),
    signOut: () => post<void>('/api/auth/sign-out'),
    signOutEverywhere: () => post<void>('/api/auth/sign-out-everywhere'),

    forgotPassword: (body: { email: string }) => post<void>('/api/auth/password/forgot', body),
    resetPassword: (body: { token: string; password: string }) => post<void>('/api/auth/password/reset', body),
    changePassword: (body: { current: string; next: string }) => post<void>('/api/auth/password/change', body),
    verifyEmail: (token: string) => post<void>('/api/auth/email/verify', { token }),
    sendVerification: () => post<void>('/api/auth/email/verification'),
    changeEmail: (body: { email: string; password: string }) => post<void>('/api/auth/email/change', body),
    cancelEmailChange: () => send<void>('DELETE', '/api/auth/email/change'),
    changeName: (body: { name: string }) => send<{ user: User }>('PATCH', '/api/me', body),
    sessions: () => get<SessionsAnswer>('/api/auth/sessions'),
    endSession: (id: string) => send<void>('DELETE', `/api/auth/sessions/${id}`),
    deleteAccount: (body: { password: string }) => send<void>('DELETE', '/api/account', body),

    previewInvitation: (token: string) => post<PreviewAnswer>('/api/invitations/preview', { token }),
    acceptInvitation: (token: string) => post<AcceptAnswer>('/api/invitations/accept', { token }),
    /** `forGood`: and its sender cannot invite this address again. */
    declineInvitation: (token: string, { forGood = false } = {}) =>
      post<void>('/api/invitations/decline', { token, forGood }),

    notifications: (query: { limit?: string; cursor?: string } = {}) =>
      get<NotificationsAnswer>(`/api/notifications?${new URLSearchParams(query)}`),
    readNotifications: (which: WhichNotifications) => post<void>('/api/notifications/read', which),

    handle: (handle: string) => get<HandleAnswer>(`/api/handles/${encodeURIComponent(handle)}`),
    handleForName: (name: string) => get<HandleAnswer>(`/api/handles?${new URLSearchParams({ name })}`),

    createWorkspace: (body: { name: string; handle?: string }) => create<Workspace>('/api/workspaces', body),
    workspaceByHandle: (handle: string) => get<Workspace>(`/api/workspaces/by-handle/${encodeURIComponent(handle)}`),
    roster: (id: string) => get<RosterAnswer>(`/api/workspaces/${id}/roster`),
    history: (id: string, query: HistoryQuery) =>
      get<HistoryAnswer>(`/api/workspaces/${id}/events?${new URLSearchParams({ ...query })}`),
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

    membership: (id: string) => get<MemberWithPresence>(`/api/workspaces/${id}/membership`),
    changeDisplayName: (id: string, displayName: string) =>
      send<MemberWithPresence>('PATCH', `/api/workspaces/${id}/membership`, { displayName }),
    setAvatar: (id: string, picture: Blob) =>
      send<MemberWithPresence>('PUT', `/api/workspaces/${id}/membership/avatar`, picture),
    removeAvatar: (id: string) => send<unknown>('DELETE', `/api/workspaces/${id}/membership/avatar`),

    searchDesk: (id: string, query: { q: string; agentId?: string }) =>
      get<DeskSearchAnswer>(`/api/workspaces/${id}/desk/search?${new URLSearchParams({ ...query })}`),

    createAgent: (id: string, body: NewAgent) => create<Agent>(`/api/workspaces/${id}/agents`, body),
    changeAgent: (id: string, agentId: string, body: AgentChange) =>
      send<Agent>('PATCH', `/api/workspaces/${id}/agents/${agentId}`, body),
    deleteAgent: (id: string, agentId: string) => send<void>('DELETE', `/api/workspaces/${id}/agents/${agentId}`),

    changePlan: (plan: Plan) => send<{ account: Account }>('PUT', '/api/account/plan', { plan }),
    changeAddonSeats: (addonSeats: number) => send<{ account: Account }>('PUT', '/api/account/seats', { addonSeats }),
    seatHistory: () => get<SeatHistory>('/api/account/seats/history'),
    openCheckout: (order: Order) => create<PaymentPage>('/api/account/billing/checkout', order),
    openPortal: () => post<PaymentPage>('/api/account/billing/portal'),
  }
}
