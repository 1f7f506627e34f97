import type { NewResource, ResourceSummary } from '#shared/protocol/agents/knowledge.ts'

export type ResourceKind = NewResource['kind']

/** Those whose title, or address, has every word that was typed; the newest first. */
export function matching(resources: readonly ResourceSummary[], typed: string): ResourceSummary[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return resources
    .filter(({ title, url }) => {
      const text = `${title} ${url ?? ''}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .toReversed()
}
