const minute = 60
const hour = 60 * minute

/** Seconds between one attempt and the next: about a day in all. */
const pauses = [5, 30, 2 * minute, 10 * minute, 30 * minute, hour, 2 * hour, 4 * hour, 8 * hour, 8 * hour]

/**
 * An endpoint that has taken nothing for this long, in seconds, is switched off with the next delivery that is given up:
 * a little less than that one was tried.
 */
export const mostFailing = 20 * hour

/**
 * Seconds until a delivery is tried again that failed for so many times; null: it is given up. `random`, from 0 to 1,
 * keeps the endpoints of a server that is back from coming all at once.
 */
export function pauseAfter(attempts: number, random = Math.random()): number | null {
  const pause = pauses[attempts - 1]
  return pause === undefined ? null : pause * (0.9 + random * 0.2)
}
