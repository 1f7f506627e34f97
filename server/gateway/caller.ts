/** Whose connection it is: somebody's who is signed in. `sessionId` is the stored hash, never the cookie's secret. */
export type Person = { userId: string; sessionId: string }
/** Or a visitor's, who has the Messenger of an agent open. */
export type Visitor = { visitorId: string; agentId: string; workspaceId: string }
export type Caller = Person | Visitor

export function isPerson(caller: Caller): caller is Person {
  return 'userId' in caller
}
