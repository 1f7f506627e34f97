/** What an `Authorization: Bearer …` carries, else null. */
export function bearerIn(header: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? null
}
