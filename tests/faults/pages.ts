import type { AgentStateAnswer } from '#shared/protocol/agents/state.ts'
import type { ConversationAnswer } from '#shared/protocol/agents/conversations.ts'
import type { DeskAnswer } from '#shared/protocol/agents/desk.ts'
import type { MeAnswer, RosterAnswer } from '#shared/protocol/requests.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import type { VisitorConversationAnswer } from '#shared/protocol/visitors.ts'
import { applyDeskEvent } from '#shared/state/apply-desk-event.ts'
import {
  applyAgentEvent,
  applyConversationEvent,
  applyUserEvent,
  applyWorkspaceEvent,
} from '#shared/state/apply-event.ts'
import { applyVisitorEvent, type VisitorState } from '#shared/state/apply-visitor-event.ts'
import type { AgentState, ConversationState, DeskState, UserState, WorkspaceState } from '#shared/state/snapshots.ts'
import { agentState, conversationState, deskState, userState, workspaceState } from '../support/states.ts'
import type { Place, Someone, Visitor } from './cast.ts'
import type { Followed } from './screen.ts'

// What each page follows, with the reducers that the client runs.

/** Where pages are. */
type World = {
  readonly places: readonly Place[]
  /** null where there is nothing to see; throws where it cannot be read now. */
  read: <T>(who: Someone | Visitor, path: string) => Promise<T | null>
  /** Opens what there is of a workspace on somebody's page. */
  show: (someone: Someone, place: Place) => void
}

/** The most conversations of an agent that one Help Desk opens. */
const mostOpen = 2

export function workspacePage(world: World, someone: Someone, { id }: Place): Followed<WorkspaceState> {
  return {
    stream: streamOf('workspace', id),
    takeSnapshot: async () => {
      const roster = await world.read<RosterAnswer>(someone, `/api/workspaces/${id}/roster`)
      return roster && { position: roster.position, epoch: roster.epoch, state: workspaceState(roster) }
    },
    apply: applyWorkspaceEvent,
  }
}

/** The person's own list, which every page has: what is added to it opens. */
export function ownPage(world: World, someone: Someone): Followed<UserState> {
  return {
    stream: streamOf('user', someone.userId),
    takeSnapshot: async () => {
      const me = await world.read<MeAnswer>(someone, '/api/me')
      return me && { position: me.position, epoch: me.epoch, state: userState(me) }
    },
    apply: applyUserEvent,
    news: (event) => {
      if (event.type !== 'workspace.added') return
      const place = world.places.find(({ id }) => id === event.data.workspace.id)
      if (place) world.show(someone, place)
    },
  }
}

export function agentPage(world: World, someone: Someone, place: Place): Followed<AgentState> {
  return {
    stream: agentStreamOf(place),
    takeSnapshot: async () => {
      const answer = await world.read<AgentStateAnswer>(someone, `${agentPathOf(place)}/state`)
      return answer && { position: answer.position, epoch: answer.epoch, state: agentState(answer) }
    },
    apply: applyAgentEvent,
  }
}

/** The Help Desk, and in front of it the first conversations that it lists. */
export function deskPage(world: World, someone: Someone, place: Place): Followed<DeskState> {
  const open = new Set<string>()
  return {
    stream: agentStreamOf(place),
    takeSnapshot: async () => {
      const answer = await world.read<DeskAnswer>(someone, `${agentPathOf(place)}/desk`)
      return answer && { position: answer.position, epoch: answer.epoch, state: deskState(answer) }
    },
    apply: applyDeskEvent,
    // whoever comes back has a Help Desk of its own, which need not open the same
    over: () => {
      for (const id of open) someone.screen.leave(streamOf('conversation', id))
    },
    shown: ({ unresolved, resolved }) => {
      for (const { id } of [...unresolved, ...resolved]) {
        if (open.has(id) || open.size >= mostOpen) continue
        open.add(id)
        someone.screen.follow(conversationPage(world, someone, place, id))
      }
    },
  }
}

function conversationPage(world: World, someone: Someone, place: Place, id: string): Followed<ConversationState> {
  return {
    stream: streamOf('conversation', id),
    takeSnapshot: async () => {
      const answer = await world.read<ConversationAnswer>(someone, `${agentPathOf(place)}/conversations/${id}`)
      return answer && { position: answer.position, epoch: answer.epoch, state: conversationState(answer) }
    },
    apply: applyConversationEvent,
  }
}

/** A visitor's own conversation in their Messenger. */
export function ownConversationPage(world: World, visitor: Visitor, id: string): Followed<VisitorState> {
  const stream = streamOf('conversation', id)
  return {
    stream,
    takeSnapshot: async () => {
      const answer = await world.read<VisitorConversationAnswer>(visitor, `${visitor.path}/conversations/${id}`)
      if (!answer) return null
      const { position, epoch, conversation, messages, faces, facesAt } = answer
      visitor.screen.showFaces({ stream, faces, facesAt })
      return { position, epoch, state: { conversation, messages } }
    },
    apply: applyVisitorEvent,
  }
}

/** Where members ask for what the agent has. */
export function agentPathOf({ id, agentId }: Place): string {
  return `/api/workspaces/${id}/agents/${agentId}`
}

function agentStreamOf({ agentId }: Place) {
  return streamOf('agent', agentId ?? '')
}
