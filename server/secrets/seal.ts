import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'

/**
 * Encrypts what must stand in the database without being readable there (AES-256-GCM). `place` names where it stands:
 * elsewhere it does not open. `open` throws `CannotOpen`.
 */
export type Seal = {
  close: (secret: string, place: string) => string
  open: (sealed: string, place: string) => string
  /** Tells whether two texts are one, and nothing of what they are: HMAC-SHA-256 with the present key, 32 bytes. */
  digest: (text: string) => Buffer
  /** What everything begins with that is sealed with the present key. */
  readonly mark: string
}

/** Seals a token for its way through the queue; given by the composition. */
export type SealToken = (token: string) => string

/** It was sealed with a key that we do not have, for another place, or was tampered with. */
export class CannotOpen extends Error {
  constructor() {
    super('It was sealed with a key that is neither SECRET_KEY nor in SECRET_KEY_PREVIOUS.')
  }
}

type Key = { mark: string; bytes: Buffer }

/** Seals with `present`, and opens what was sealed with any of the keys. */
export function createSeal(present: string, previous: readonly string[] = []): Seal {
  const key = keyOf(present)
  const keys = [key, ...previous.map(keyOf)]
  return {
    mark: key.mark,
    digest: (text) => createHmac('sha256', key.bytes).update(text).digest(),
    close: (secret, place) => key.mark + encrypt(key, secret, place),
    open(sealed, place) {
      const dot = sealed.indexOf('.') + 1
      // what was queued before keys had names has none, and is bound to no place
      const fitting = dot === 0 ? keys : keys.filter(({ mark }) => mark === sealed.slice(0, dot))
      for (const one of fitting) {
        const secret = decrypt(one, sealed.slice(dot), dot === 0 ? null : place)
        if (secret !== null) return secret
      }
      throw new CannotOpen()
    },
  }
}

function keyOf(secretKey: string): Key {
  const name = createHash('sha256').update(`name of ${secretKey}`).digest('hex').slice(0, 12)
  return { mark: `${name}.`, bytes: createHash('sha256').update(secretKey).digest() }
}

function encrypt({ bytes }: Key, secret: string, place: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce).setAAD(Buffer.from(place))
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')
}

function decrypt({ bytes }: Key, sealed: string, place: string | null): string | null {
  const given = Buffer.from(sealed, 'base64url')
  try {
    const decipher = createDecipheriv('aes-256-gcm', bytes, given.subarray(0, 12), { authTagLength: 16 })
    if (place !== null) decipher.setAAD(Buffer.from(place))
    decipher.setAuthTag(given.subarray(12, 28))
    return decipher.update(given.subarray(28), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return null
  }
}
