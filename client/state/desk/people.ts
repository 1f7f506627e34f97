import type { FormerMember } from '#shared/protocol/agents/conversations.ts'
import type { Member } from '#shared/protocol/resources.ts'

/** Who is in the workspace, and what those who are no more were called last. */
export type People = { readonly members: readonly Member[]; readonly former: ReadonlyMap<string, string> }

/** What is told of those who are members no more. */
export type Remember = (former: readonly FormerMember[]) => void
