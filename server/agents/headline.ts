/** Stand around a match on its way from the database. They are nobody's letters: a text that has them loses them. */
export const marks = { start: '\ue000', stop: '\ue001' }

/** The options of `ts_headline` for a snippet with its matches marked. */
export const highlighting = `StartSel=${marks.start}, StopSel=${marks.stop}, MaxWords=40, MinWords=20, MaxFragments=2, FragmentDelimiter=" … "`

/** A headline as text that is in turns outside and inside of a match, starting outside. */
export function partsOf(headline: string): string[] {
  return headline.split(/[\ue000\ue001]/)
}
