import { z } from 'zod'
import { idSchema } from './resources.ts'

/** A list comes in pages: `cursor` is the `nextCursor` of the page before. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: idSchema.optional(),
})
export type PageQuery = z.infer<typeof pageQuery>

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), nextCursor: idSchema.nullable() })
export type PageOf<Item> = { items: Item[]; nextCursor: string | null }
