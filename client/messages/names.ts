import { roleNames } from '#shared/roles.ts'
import type { Status } from '../state/roster-rows.ts'
import { inLanguages } from './language.svelte.ts'

const inEnglish: Readonly<Record<Status, string>> = { active: 'Active', pending: 'Pending', expired: 'Expired' }

/** What roles and statuses are called. A role has the same name in every language. */
export const names = inLanguages({
  en: { roles: roleNames, statuses: inEnglish },
  de: { roles: roleNames, statuses: { active: 'Aktiv', pending: 'Ausstehend', expired: 'Abgelaufen' } },
})
