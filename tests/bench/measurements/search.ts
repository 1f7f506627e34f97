import type postgres from 'postgres'
import { seeded, type Random } from '../../faults/random.ts'
import { workers } from '../arrange.ts'
import { insertTeam, type Team } from '../crowd.ts'
import { insertLibrary, type Library } from '../library.ts'
import { drive, quantile, type Call } from '../load.ts'
import { ms, print, row } from '../print.ts'
import type { Stage } from '../stage.ts'

const [resources, searches, naive] = [10_000, 200, 10]

/** A search among ten thousand resources, beside two agents with as many; and what would be there without an index. */
export async function search(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  const team = await insertTeam(sql, 1)
  const [library] = [await insertLibrary(sql, team, resources, 1), await insertLibrary(sql, team, resources, 2), await insertLibrary(sql, team, resources, 3)] // prettier-ignore
  await sql`vacuum analyze`
  const [counted] = await sql<{ passages: number }[]>`
    select count(*)::int as passages from passages where agent_id = ${library.agentId}`
  const rollcall = await stage.rollcall(url)
  print(`${workers} at a time, in one of three agents with ${resources.toLocaleString('en')} resources each (${counted?.passages.toLocaleString('en')} passages)`) // prettier-ignore
  row('', ['per s', 'p50', 'p99'])
  const place = { port: rollcall.port, team, library }
  const random = seeded(7)
  for (const [name, ask] of Object.entries(questions)) {
    const calls = callsOf(place, () => ask(random, library))
    // the first round only warms up
    await drive(calls.map((list) => list.slice(0, 5)))
    const { perSecond, latencies } = await drive(calls)
    row(name, [perSecond.toFixed(1), ms(quantile(latencies, 0.5)), ms(quantile(latencies, 0.99))])
  }
  const taken = await naiveSearches(sql, library, random)
  row('peer: ilike, one at a time, bare SQL', [(1000 / quantile(taken, 0.5)).toFixed(1), ms(quantile(taken, 0.5)), ms(Math.max(...taken))]) // prettier-ignore
}

type Ask = (random: Random, library: Library) => { path: string }
const asked = (q: string) => ({ path: `search?${new URLSearchParams({ q })}` })
const wordsOf = ({ content }: { content: string }) => content.split(/[\s.]+/).filter(Boolean)
/** A word that is made up, so that few resources have it. */
const rare = (random: Random, library: Library) =>
  wordsOf(random.pick(library.texts)).find((word) => word.length === 6) ?? 'refund'

const questions: Record<string, Ask> = {
  'floor: one resource by its id': (random, { texts }) => ({ path: `resources/${random.pick(texts).id}` }),
  'two words of one text': (random, library) => {
    const [one, two] = wordsOf(random.pick(library.texts)).filter((word) => word.length > 5)
    return asked(`${one} ${two}`)
  },
  'a phrase of four words': (random, library) => {
    const words = wordsOf(random.pick(library.texts))
    const at = random.below(words.length - 4)
    return asked(`"${words.slice(at, at + 4).join(' ')}"`)
  },
  'a question, any of its words': (random, library) => {
    const words = wordsOf(random.pick(library.texts)).filter((word) => word.length > 4)
    return asked(`How do I ${words[0]} the ${words[3]} of my ${words[7]} with a ${rare(random, library)}?`)
  },
  'a word that is in nearly every passage': () => asked('account'),
}

type Place = { port: number; team: Team; library: Library }

function callsOf({ port, team, library }: Place, next: () => { path: string }): Call[][] {
  const agent = `/api/workspaces/${team.workspaceId}/agents/${library.agentId}`
  const call = (): Call => ({ port, method: 'GET', path: `${agent}/${next().path}`, cookie: team.owner.cookie, expect: 200 })
  return Array.from({ length: workers }, () => Array.from({ length: searches / workers }, call))
} // prettier-ignore

/** What a search is without one: each text of the agent read from one end to the other. Titles come first, and that is all of its ranking. */
async function naiveSearches(sql: postgres.Sql, library: Library, random: Random): Promise<number[]> {
  const taken: number[] = []
  for (let n = 0; n < naive; n += 1) {
    const like = `%${rare(random, library)}%`
    const started = performance.now()
    await sql`
      select id, title
      from resources
      where agent_id = ${library.agentId} and (title ilike ${like} or content ilike ${like})
      order by title ilike ${like} desc, id
      limit 10`
    taken.push(performance.now() - started)
  }
  return taken
}
