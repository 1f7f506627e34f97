import { setTimeout as pause } from 'node:timers/promises'

/** The most rounds until every outcome was seen. */
const mostRounds = 200

/**
 * Runs a race over and over: at least `rounds` times, and on until each of the outcomes that must be possible has been
 * seen. A round gets its number and `later`, which starts one of the racers a little behind the other, by more each
 * round: whoever is quicker on this machine does not always win. Answers the outcomes that were seen.
 */
export async function race(
  { rounds, possible }: { rounds: number; possible: number },
  round: (n: number, later: Later) => Promise<string[]>,
): Promise<string[]> {
  const seen = new Set<string>()
  for (let n = 0; n < rounds || (seen.size < possible && n < mostRounds); n += 1) {
    const later: Later = async (act) => {
      await pause(n / 2)
      return act()
    }
    for (const outcome of await round(n, later)) seen.add(outcome)
  }
  return [...seen].sort()
}

export type Later = <Answer>(act: () => Promise<Answer>) => Promise<Answer>
