import { uuidv7 } from 'uuidv7'

/** A fresh UUIDv7: sorted by when it was made. */
export function newId(): string {
  return uuidv7()
}
