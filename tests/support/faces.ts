import type { Face, FacesFrame } from '#shared/protocol/visitors.ts'

/** Members as a visitor's page shows them, each as of a position of the workspace's stream. */
export type KnownFaces = Map<string, Face & { at: number }>

/** Of two faces of a member the later one counts. */
export function keepFaces(kept: KnownFaces, { faces, facesAt }: Pick<FacesFrame, 'faces' | 'facesAt'>): void {
  for (const face of faces) {
    if ((kept.get(face.memberId)?.at ?? -1) <= facesAt) kept.set(face.memberId, { ...face, at: facesAt })
  }
}
