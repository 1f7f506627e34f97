import type { Role } from '#shared/roles.ts'
import { printCsv, withoutFormula } from './csv.ts'
import type { RosterRow, Status } from './roster-rows.ts'

type Words = {
  /** Name, email, role, status and joined. */
  columns: readonly string[]
  roles: Readonly<Record<Role, string>>
  statuses: Readonly<Record<Status, string>>
}

/** The rows as a file that spreadsheets open, in UTF-8 with the mark by which they know it. */
export function rosterFile(rows: readonly RosterRow[], { columns, roles, statuses }: Words): string {
  const lines = rows.map((row) => [
    row.name,
    row.email,
    roles[row.role],
    statuses[row.status],
    row.kind === 'member' ? row.since.slice(0, 10) : '',
  ])
  return `\uFEFF${printCsv([columns, ...lines].map((line) => line.map(withoutFormula)))}`
}

/** Gives the browser a file to keep. */
export function keepFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // the browser has taken it by the next turn
  setTimeout(() => URL.revokeObjectURL(url))
}
