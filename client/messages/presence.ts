import type { PlaceName } from '#shared/places.ts'
import { figure, inLanguages, listed } from './language.svelte.ts'

/** In which part of the workspace somebody is. */
const inEnglish: Readonly<Record<PlaceName, string>> = {
  members: 'on Members',
  membership: 'on Membership',
  plan: 'on Plan & seats',
  activity: 'on Activity',
  settings: 'on Settings',
  agents: 'on Agents',
  'help-desk': 'in the Help Desk',
}
const inGerman: Readonly<Record<PlaceName, string>> = {
  members: 'bei den Mitgliedern',
  membership: 'bei der Mitgliedschaft',
  plan: 'bei Tarif & Plätzen',
  activity: 'bei den Aktivitäten',
  settings: 'in den Einstellungen',
  agents: 'bei den Agents',
  'help-desk': 'im Help Desk',
}

/** Who is there, and where. */
export const presence = inLanguages({
  en: {
    online: 'online',
    places: inEnglish,
    others: (count: number) => (count === 1 ? '1 other' : `${figure(count)} others`),
    here: (who: readonly string[]) => `${listed(who)} ${who.length === 1 ? 'is' : 'are'} here`,
  },
  de: {
    online: 'online',
    places: inGerman,
    others: (count: number) => (count === 1 ? '1 weitere Person' : `${figure(count)} weitere`),
    here: (who: readonly string[]) => `${listed(who)} ${who.length === 1 ? 'ist' : 'sind'} hier`,
  },
})
