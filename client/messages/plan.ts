import { figure, inLanguages } from './language.svelte.ts'

/** Plan and add-on seats, and how they are changed. */
export const plan = inLanguages({
  en: {
    title: 'Plan & seats',
    what: 'Seats count over all the workspaces that one owner has: every active member but the owner, and every pending invitation.',
    ownerManages: (workspace: string) => `The Owner of ${workspace} manages the plan and its seats.`,
    plan: 'Plan',
    planWhat: 'A change takes effect at once. A smaller plan removes nobody.',
    included: (n: number) => (n === 1 ? '1 seat included' : `${n === 0 ? 'No' : figure(n)} seats included`),
    current: 'Current plan',
    choose: 'Choose',
    addons: 'Add-on seats',
    addonsWhat: (included: number) => `On top of the ${figure(included)} that your plan includes.`,
    tooFew: (active: number) =>
      `${figure(active)} people are in already. Nobody is removed, and nobody new joins until there is room.`,
    save: 'Save seats',
    less: 'One seat less',
    more: 'One seat more',
    sum: (included: number, addons: number) =>
      `${figure(included)} included + ${figure(addons)} add-on = ${figure(included + addons)} ${included + addons === 1 ? 'seat' : 'seats'}`,
  },
  de: {
    title: 'Tarif & Plätze',
    what: 'Plätze zählen über alle Workspaces eines Owners: jedes aktive Mitglied außer dem Owner und jede offene Einladung.',
    ownerManages: (workspace: string) => `Tarif und Plätze verwaltet der Owner von ${workspace}.`,
    plan: 'Tarif',
    planWhat: 'Ein Wechsel gilt sofort. Ein kleinerer Tarif entfernt niemanden.',
    included: (n: number) => (n === 1 ? '1 Platz inklusive' : `${n === 0 ? 'Keine' : figure(n)} Plätze inklusive`),
    current: 'Dein Tarif',
    choose: 'Wählen',
    addons: 'Zusätzliche Plätze',
    addonsWhat: (included: number) => `Zu den ${figure(included)} aus deinem Tarif hinzu.`,
    tooFew: (active: number) =>
      `${figure(active)} Personen sind schon dabei. Niemand wird entfernt, und Neue kommen erst herein, wenn Platz ist.`,
    save: 'Plätze speichern',
    less: 'Ein Platz weniger',
    more: 'Ein Platz mehr',
    sum: (included: number, addons: number) =>
      `${figure(included)} inklusive + ${figure(addons)} zusätzlich = ${figure(included + addons)} ${included + addons === 1 ? 'Platz' : 'Plätze'}`,
  },
})
