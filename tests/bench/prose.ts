import type { Random } from '../faults/random.ts'

const glue =
  'the a of to in and is it you that for on with as are this be or from your can have by not an will if which'.split(
    ' ',
  )
const subjects =
  'account address agent answer balance bank billing booking branch button calendar cancel card change charge chat code connection contract country coupon customer date delivery deposit discount document download email error exchange export file form gift guarantee guest handle import invitation invoice key language letter limit link list login machine member message meter mobile money month name network notice number offer office order page parcel part password payment phone picture plan policy price printer privacy problem product profile receipt refund report request reset return role route sale screen seat security server service setting shipment shop signature size stamp station status store subscription support system table tax team terminal ticket time tracking transfer travel trial update upload user version visit voucher warranty website week window workspace'.split(
    ' ',
  )
const syllables =
  'ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo yu za bre cro dra fle gri plo sta tru sko'.split(' ')

/** Words as a help page has them: every third says nothing, some are everywhere, and most of 20,000 are rare (Zipf). */
export function words(random: Random, count: number): string[] {
  return Array.from({ length: count }, (_, nth) => {
    if (nth % 3 === 2) return random.pick(glue)
    const rank = Math.floor(20_000 ** random.next())
    return subjects[rank - 1] ?? made(rank)
  })
}

/** A word of no language, always the same for its number. */
function made(number: number): string {
  const [first, second, third] = [number % 30, Math.floor(number / 30) % 30, Math.floor(number / 900)]
  return [first, second, third % 30].map((nth) => syllables[nth] ?? '').join('')
}

/** A page of so many words: sentences, and a paragraph every few of them. */
export function prose(random: Random, count: number): string {
  const all = words(random, count)
  const sentences: string[] = []
  for (let at = 0; at < all.length; at += 12) sentences.push(`${all.slice(at, at + 12).join(' ')}.`)
  return sentences
    .map((sentence, nth) => sentence + (nth % 5 === 4 ? '\n\n' : ' '))
    .join('')
    .trim()
}
