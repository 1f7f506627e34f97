import anyAscii from 'any-ascii'
import { handleOf, handleSchema, isReserved, numbered } from '#shared/handles.ts'
import { Refusal } from '../core/errors.ts'
import type { Tx } from '../core/tenant.ts'

/** The statement-running part of a pool or a transaction: questions about handles need no scope. */
type Asker = Pick<Tx, never> & {
  <T extends readonly object[]>(text: TemplateStringsArray, ...values: string[]): PromiseLike<T>
}

/**
 * The handle that a name asks for, whatever its script; where nothing is left, `workspace-` and a random suffix.
 * Letters are transliterated whole: outside Latin a mark is half of the sound (`ガ` is `ga`, without its mark `ka`).
 */
export function handleFromName(name: string): string {
  const handle = handleOf(anyAscii(name.normalize('NFC')))
  return handle === '' ? `workspace-${Math.random().toString(36).slice(2, 8)}` : handle
}

export async function isTaken(ask: Asker, handle: string): Promise<boolean> {
  const [row] = await ask<{ taken: boolean }[]>`select handle_taken(${handle}) as taken`
  return row?.taken ?? false
}

/** `handle` itself or with a free numeric suffix: the next one where none was given back. Doubles, then halves. */
export async function nextFree(ask: Asker, handle: string): Promise<string> {
  if (!isReserved(handle) && !(await isTaken(ask, handle))) return handle
  let [taken, free] = [1, 2]
  while (await isTaken(ask, numbered(handle, free))) [taken, free] = [free, free * 2]
  while (free - taken > 1) {
    const middle = (free + taken) >> 1
    if (await isTaken(ask, numbered(handle, middle))) taken = middle
    else free = middle
  }
  return numbered(handle, free)
}

/** Settles a handle for a workspace: the one asked for, or a free one for the name. */
export async function chooseHandle(tx: Tx, wanted: { handle: string } | { name: string }): Promise<string> {
  const handle = 'name' in wanted ? handleFromName(wanted.name) : wanted.handle
  // One chooser at a time for all the numbers of a handle, so that fifty workspaces of the same name get fifty suffixes,
  // and nobody who gave only a name is told that a handle is taken.
  await tx`select pg_advisory_xact_lock(hashtext(${`handle:${stemOf(handle)}`}))`
  if ('name' in wanted) return nextFree(tx as unknown as Asker, handle)
  if (!handleSchema.safeParse(handle).success) throw new Refusal('invalid_input', 'This handle cannot be used.')
  if (isReserved(handle)) {
    throw new Refusal('invalid_input', 'This handle is reserved. Choose another one.', {
      errors: [{ path: 'handle', message: 'This handle is reserved.' }],
    })
  }
  if (await isTaken(tx as unknown as Asker, handle)) throw handleTaken()
  return handle
}

/** The same for a handle and all that `numbered` makes of it; `numbered` cuts long ones, so their ends do not count. */
function stemOf(handle: string): string {
  return handle.slice(0, 40).replace(/(-\d*)+$/, '')
}

export function handleTaken(): Refusal {
  const errors = [{ path: 'handle', message: 'This handle is taken.' }]
  return new Refusal('handle_taken', 'This handle is taken. Choose another one.', { errors })
}
