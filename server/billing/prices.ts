/** What is sold, and the provider's price of each: of a plan for one, of an add-on seat for each. */
export const sold = ['basic_ai', 'standard_ai', 'pro_ai', 'addon_seat'] as const
export type Sold = (typeof sold)[number]
export type Prices = Readonly<Record<Sold, string>>
