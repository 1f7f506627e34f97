/** The part of an address from its `?` on, after these changes; a name that gets nothing is taken out. */
export function queryWith(search: string, changes: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(search)
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  const text = query.toString()
  return text && `?${text}`
}

/** What the query says under this name, where it is one of these; anything else is as good as nothing. */
export function oneOf<Value extends string>(query: URLSearchParams, name: string, known: readonly Value[]): Value | '' {
  const written = query.get(name)
  return known.find((value) => value === written) ?? ''
}
