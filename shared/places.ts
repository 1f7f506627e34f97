/** The pages of a workspace that somebody can be seen on. */
const placeNames = ['members', 'membership', 'plan', 'activity', 'settings', 'agents', 'help-desk'] as const
export type PlaceName = (typeof placeNames)[number]

/** One of these, `agents/<agent>` or `help-desk/<agent>/<conversation>`. */
export type Place = PlaceName | `agents/${string}` | `help-desk/${string}/${string}`

const id = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const pattern = new RegExp(`^(?:${placeNames.join('|')}|agents/${id}|help-desk/${id}/${id})$`)

export function isPlace(value: unknown): value is Place {
  return typeof value === 'string' && pattern.test(value)
}
