import { z } from 'zod'
import type { Stream } from './streams.ts'

const pattern =
  /^(workspace|account|user|agent|conversation):[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export const streamSchema = z.custom<Stream>(
  (value) => typeof value === 'string' && pattern.test(value),
  'Not the name of a stream.',
)

/** 0 before the first event; rises by one with each. */
export const positionSchema = z.int().min(0)
