import { emailSchema } from '#shared/text.ts'

/** What was pasted, as addresses: each once, whatever stands between them. `Ada <ada@example.com>` gives the address. */
export function addressesIn(text: string): { valid: string[]; invalid: string[] } {
  const written = text.replace(/[^,;\n<]*<([^>\n]*)>/g, ' $1 ').split(/[\s,;]+/)
  const valid = new Set<string>()
  const invalid = new Set<string>()
  for (const one of written.filter(Boolean)) {
    const parsed = emailSchema.safeParse(one)
    if (parsed.success) valid.add(parsed.data)
    else invalid.add(one)
  }
  return { valid: [...valid], invalid: [...invalid] }
}
