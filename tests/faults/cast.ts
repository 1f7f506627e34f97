import type { Screen } from './screen.ts'

/** Somebody with an account, a browser and an open page. */
export type Someone = {
  name: string
  email: string
  address: string
  userId: string
  cookie: string
  /** Cookies of sessions that were ended, and when that was answered. */
  formerCookies: { cookie: string; at: number }[]
  screen: Screen
  /** Every body that this person was sent over HTTP. */
  read: string[]
}

/** Somebody who has an agent's Messenger open. Whoever has the token is the visitor. */
export type Visitor = {
  name: string
  address: string
  token: string
  place: Place
  /** Where the agent is asked. */
  path: string
  /** Those that the visitor was told to have begun. */
  conversations: string[]
  screen: Screen
  read: string[]
}

/** `agentId`: null where there is none, so that the workspace can be deleted. */
export type Place = {
  id: string
  accountId: string
  agentId: string | null
  owner: Someone
  deleted: boolean
  names: string[]
}
