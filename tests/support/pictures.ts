import sharp from 'sharp'
import type { Member } from '#shared/protocol/resources.ts'
import type { Failure, Person } from './people.ts'

/** A PNG of one colour, with a comment in its Exif if there is one. */
export async function pictureOf(background: string, comment = ''): Promise<Uint8Array> {
  const image = sharp({ create: { width: 300, height: 200, channels: 3, background } })
  if (comment) image.withExif({ IFD0: { ImageDescription: comment } })
  return new Uint8Array(await image.png().toBuffer())
}

/** Sets the person's picture in the workspace. */
export function setPicture(person: Person, workspaceId: string, bytes: Uint8Array) {
  const path = `/api/workspaces/${workspaceId}/membership/avatar`
  return person.call<Member & Failure>('PUT', path, bytes, { 'Content-Type': 'image/png' })
}
