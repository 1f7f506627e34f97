import { z } from 'zod'
import { plans, type Seats } from '../plans.ts'

export const planSchema = z.enum(plans)

export const seatsSchema = z
  .strictObject({
    plan: planSchema,
    limit: z.int().min(0),
    active: z.int().min(0),
    pending: z.int().min(0),
    used: z.int().min(0),
    available: z.int().min(0),
    waiting: z.int().min(0),
    over: z.int().min(0),
  })
  .meta({ id: 'Seats' }) satisfies z.ZodType<Seats>
