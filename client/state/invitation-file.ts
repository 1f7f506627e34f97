import { assignableRoles, type AssignableRole } from '#shared/roles.ts'
import { emailSchema } from '#shared/text.ts'
import { parseCsv } from './csv.ts'

/** Why a line of the file is not sent. */
export type LineProblem = 'no_email' | 'not_an_email' | 'unknown_role' | 'twice'

/** A line of the file as it would be sent; the first one of the table is 1. */
export type FileLine = {
  line: number
  email: string
  role: AssignableRole
  problem: LineProblem | null
  written: string
}

const emailNames = ['email', 'e-mail', 'mail', 'email address', 'e-mail-adresse', 'address', 'adresse']
const roleColumns = ['role', 'rolle']

/**
 * The invitations that a CSV file asks for: addresses and roles in any order of columns, with a line of names above or
 * without. Who has no role there gets `otherwise`.
 */
export function invitationsIn(text: string, otherwise: AssignableRole): FileLine[] {
  const rows = parseCsv(text).map((row) => row.map((field) => field.trim()))
  const [first = []] = rows
  const names = first.map((name) => name.toLowerCase())
  const isHeader = names.some((name) => emailNames.includes(name))
  const columns = isHeader
    ? { email: names.findIndex((name) => emailNames.includes(name)), role: names.findIndex((name) => roleColumns.includes(name)) }
    : guess(first) // prettier-ignore
  const seen = new Set<string>()
  return rows.slice(isHeader ? 1 : 0).map((row, n) => {
    const written = row[columns.email] ?? ''
    const email = emailSchema.safeParse(written)
    const role = roleOf(row[columns.role] ?? '', otherwise)
    const address = email.data ?? written
    const problem = problemOf(written, email.success, role, seen.has(address))
    seen.add(address)
    return { line: n + (isHeader ? 2 : 1), email: address, role: role ?? otherwise, problem, written: row.join(', ') }
  })
}

/** Without names above, the address is where an @ stands, and the role is where one is written. */
function guess(row: string[]): { email: number; role: number } {
  const email = row.findIndex((field) => field.includes('@'))
  return { email: Math.max(0, email), role: row.findIndex((field) => roleOf(field, null) !== null) }
}

function roleOf<Otherwise>(written: string, otherwise: Otherwise): AssignableRole | Otherwise | null {
  if (written === '') return otherwise
  return assignableRoles.find((role) => role === written.toLowerCase()) ?? null
}

function problemOf(written: string, isEmail: boolean, role: AssignableRole | null, twice: boolean): LineProblem | null {
  if (written === '') return 'no_email'
  if (!isEmail) return 'not_an_email'
  if (twice) return 'twice'
  return role === null ? 'unknown_role' : null
}
