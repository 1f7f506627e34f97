/** What the bytes of one side mean: the text that a mark is looked for in. One for each connection. */
export type Reading = (chunk: Buffer) => string

/** The bytes as they are, one letter each. */
export const plain = (): Reading => (chunk) => chunk.toString('latin1')

const encryptionRequests = [80_877_103, 80_877_104]

/**
 * The statements that a client of PostgreSQL has executed: their text also where only the name of a prepared one is
 * sent, as postgres.js does from the second time on. A statement counts when its execution has been asked for in full.
 */
export function postgresReading(): Reading {
  const statements = new Map<string, string>()
  let waiting = Buffer.alloc(0)
  let greeted = false
  let bound = ''

  /** The first one has no letter. */
  function read(): string | null {
    const start = greeted ? 1 : 0
    if (waiting.length < start + 4) return null
    const end = start + waiting.readUInt32BE(start)
    if (waiting.length < end) return null
    const letter = greeted ? String.fromCharCode(waiting[0] ?? 0) : ''
    const payload = waiting.subarray(start + 4, end)
    waiting = waiting.subarray(end)
    return meaningOf(letter, payload)
  }

  function meaningOf(letter: string, payload: Buffer): string {
    if (!greeted) greeted = !encryptionRequests.includes(payload.readUInt32BE(0))
    else if (letter === 'Q') return textAt(payload, 0)
    else if (letter === 'E') return bound
    else if (letter === 'P' || letter === 'B') {
      const first = textAt(payload, 0)
      const second = textAt(payload, Buffer.byteLength(first) + 1)
      if (letter === 'P') statements.set(first, second)
      else bound = statements.get(second) ?? ''
    }
    return ''
  }

  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk])
    let said = ''
    for (let part = read(); part !== null; part = read()) if (part) said += `${part};\n`
    return said
  }
}

function textAt(payload: Buffer, from: number): string {
  return payload.toString('utf8', from, payload.indexOf(0, from))
}

/** Whether these statements of a transaction are those of somebody who invites. */
export function invites(statements: string): boolean {
  return statements.includes('insert into invitations')
}
