import { z } from 'zod'

export const sides = ['left', 'right'] as const

export const messengerSchema = z
  .strictObject({
    /** Whether visitors can write to the agent at all. */
    on: z.boolean(),
    /** Of the button, and of what a visitor wrote: `#rrggbb`. */
    colour: z.string(),
    /** At which side of a page its button is. */
    side: z.enum(sides),
    /** The sites that may show it, as browsers name them: `https://shop.example.com`. Its own page is always there. */
    origins: z.array(z.string()),
  })
  .meta({ id: 'Messenger' })
/** How an agent's Messenger is configured. */
export type Messenger = z.infer<typeof messengerSchema>

/** The most sites that may show one agent's Messenger. */
export const mostOrigins = 20

/** An address of a site, of which the origin is kept. Letters that mean something in a policy of pages are in none. */
const originSchema = z
  .url({ protocol: /^https?$/, normalize: true, error: 'Enter an address like https://shop.example.com.' })
  .max(300, 'Enter a shorter address.')
  .transform((address) => /^https?:\/\/[a-z0-9.-]+(:\d+)?(?=\/)/.exec(address)?.[0] ?? '')
  .refine((origin) => origin !== '', 'Enter an address like https://shop.example.com.')

/** A missing field stays what it is. */
export const messengerChangeSchema = z
  .strictObject({
    on: z.boolean(),
    colour: z.string().regex(/^#[0-9a-f]{6}$/, 'Use a colour like #5654cf.'),
    side: z.enum(sides),
    origins: z
      .array(originSchema)
      .max(mostOrigins, `Name at most ${mostOrigins} sites.`)
      .transform((origins) => [...new Set(origins)]),
  })
  .partial()
export type MessengerChange = z.input<typeof messengerChangeSchema>

/** Of an agent that nobody has configured yet. */
export const firstMessenger: Messenger = { on: false, colour: '#5654cf', side: 'right', origins: [] }
