import type { TestNode } from './node.ts'
import { newPerson } from './people.ts'

/** Whoever holds an API key: a program without a browser, whose requests carry the key and no cookie. */
export function keyHolder(node: TestNode, key: string) {
  const { call, heard } = newPerson(node)
  const bearer = { Authorization: `Bearer ${key}` }
  return {
    /** Every answer that it was given, headers and body. */
    heard,
    call: <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      call<T>(method, path, body, { ...bearer, ...headers }),
    get: <T>(path: string) => call<T>('GET', path, undefined, bearer),
  }
}
