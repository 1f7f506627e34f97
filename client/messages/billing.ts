import { figure, inLanguages } from './language.svelte.ts'

/** A plan that is paid for by Stripe. */
export const billing = inLanguages({
  en: {
    change: 'Change plan',
    changeWhy: 'You pay on the next page, and come back here.',
    plan: 'Plan',
    option: (plan: string, seats: number) => `${plan}, ${figure(seats)} seats included`,
    failedLong: 'Payment failed. Your plan and seats come back as soon as you pay under “Manage billing”.',
    failed: (day: string) =>
      `Payment failed. Your plan and seats stay as they are until ${day}. Pay, or use another card, under “Manage billing”.`,
    ends: (day: string) =>
      `Your subscription ends on ${day}. Nobody is removed then, and nobody new joins until there is room.`,
    yours: 'Your plan',
    yoursWhy: 'A change takes effect within moments of the payment. A smaller plan removes nobody.',
    includes: (included: number, addon: number) =>
      `with ${figure(included)} included and ${figure(addon)} add-on ${addon === 1 ? 'seat' : 'seats'}`,
    manageWhat:
      '“Manage billing” has invoices, payment methods and the end of your subscription, and other plans where it offers them.',
    manage: 'Manage billing',
  },
  de: {
    change: 'Tarif wechseln',
    changeWhy: 'Du zahlst auf der nächsten Seite und kommst hierher zurück.',
    plan: 'Tarif',
    option: (plan: string, seats: number) => `${plan}, ${figure(seats)} Plätze inklusive`,
    failedLong:
      'Die Zahlung ist fehlgeschlagen. Tarif und Plätze kommen zurück, sobald du unter „Abrechnung verwalten“ zahlst.',
    failed: (day: string) =>
      `Die Zahlung ist fehlgeschlagen. Tarif und Plätze bleiben bis ${day}, wie sie sind. Zahle unter „Abrechnung verwalten“ oder nimm dort eine andere Karte.`,
    ends: (day: string) =>
      `Dein Abo endet am ${day}. Niemand wird dann entfernt, und niemand Neues tritt bei, bis Platz ist.`,
    yours: 'Dein Tarif',
    yoursWhy: 'Eine Änderung gilt wenige Augenblicke nach der Zahlung. Ein kleinerer Tarif entfernt niemanden.',
    includes: (included: number, addon: number) =>
      `mit ${figure(included)} enthaltenen und ${figure(addon)} zusätzlichen ${addon === 1 ? 'Platz' : 'Plätzen'}`,
    manageWhat:
      'Unter „Abrechnung verwalten“ findest du Rechnungen, Zahlungsarten und das Ende deines Abos, und andere Tarife, wo es sie gibt.',
    manage: 'Abrechnung verwalten',
  },
})
