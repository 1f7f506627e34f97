import { afterAll, beforeAll } from 'vitest'
import { startKillableRedis, type KillableRedis } from './killable-redis.ts'

/** A real Redis of the test file's own. */
export function useRedis(): () => KillableRedis {
  let redis: KillableRedis | undefined
  beforeAll(async () => {
    redis = await startKillableRedis()
  })
  afterAll(() => redis?.kill())
  return () => {
    if (!redis) throw new Error('Redis starts before the first test.')
    return redis
  }
}
