export const streamKinds = ['workspace', 'account', 'user', 'agent', 'conversation'] as const
export type StreamKind = (typeof streamKinds)[number]

/** The name of an ordered, gapless log: `<kind>:<uuid>`. */
export type Stream = `${StreamKind}:${string}`

export function streamOf(kind: StreamKind, id: string): Stream {
  return `${kind}:${id}`
}

export function kindOf(stream: Stream): StreamKind {
  return stream.slice(0, stream.indexOf(':')) as StreamKind
}

export function idOf(stream: Stream): string {
  return stream.slice(stream.indexOf(':') + 1)
}

/** Whether a stream is below a workspace's: whoever loses the one loses the other. */
export function isBelowWorkspace(stream: Stream): boolean {
  return kindOf(stream) === 'agent' || kindOf(stream) === 'conversation'
}
