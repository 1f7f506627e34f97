import { createSubscriber } from 'svelte/reactivity'
import { times } from '../messages/times.ts'
import { language } from '../messages/language.svelte.ts'

const day = $derived(new Intl.DateTimeFormat(language.locale, { dateStyle: 'medium' }))
const moment = $derived(new Intl.DateTimeFormat(language.locale, { dateStyle: 'full', timeStyle: 'short' }))
const calendarDay = $derived(new Intl.DateTimeFormat(language.locale, { dateStyle: 'medium', timeZone: 'UTC' }))
const shortDay = $derived(new Intl.DateTimeFormat(language.locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }))
const clock = $derived(new Intl.DateTimeFormat(language.locale, { timeStyle: 'short' }))
/** Where the words are longer than their column in a list, the short ones. */
const wordLength = { en: 'long', de: 'short' } as const
const distance = $derived(
  new Intl.RelativeTimeFormat(language.locale, { numeric: 'auto', style: wordLength[language.code] }),
)

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

const minutely = createSubscriber((update) => {
  const timer = setInterval(update, 30_000)
  return () => clearInterval(timer)
})

export function dayOf(time: string): string {
  return day.format(new Date(time))
}

/** Of a day as `2026-11-26`, wherever it is read. */
export function calendarDayOf(day: string): string {
  return calendarDay.format(new Date(day))
}

export function shortDayOf(day: string): string {
  return shortDay.format(new Date(day))
}

/** `Today`, `Yesterday`, or the date. */
export function dayName(time: string): string {
  minutely()
  const away = startOfDay(new Date(time)) - startOfDay(new Date())
  const name = away <= 0 && away > -2 * 86_400_000 ? distance.format(Math.round(away / 86_400_000), 'day') : dayOf(time)
  return name.charAt(0).toLocaleUpperCase(language.locale) + name.slice(1)
}

/** The hour and minute. */
export function clockOf(time: string): string {
  return clock.format(new Date(time))
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

export function momentOf(time: string): string {
  return moment.format(new Date(time))
}

/** Whether that moment is over; in an effect or markup it notices within half a minute. */
export function hasPassed(time: string): boolean {
  minutely()
  return Date.parse(time) <= Date.now()
}

/** `3 hours ago`, `in 7 days`; in an effect or markup it stays right as time passes. */
export function fromNow(time: string): string {
  minutely()
  const away = Date.parse(time) - Date.now()
  const [unit, length] = units.find(([, length]) => Math.abs(away) >= length - length / 120) ?? ['second', 1_000]
  return unit === 'second' ? times().justNow : distance.format(Math.round(away / length), unit)
}
