import { OutboundProblem, type Answer, type Outbound } from '../../outbound/request.ts'
import { PageProblem } from './page-problem.ts'

const mostRedirects = 5
const mostBytes = 2 * 1024 * 1024
const redirects = new Set([301, 302, 303, 307, 308])
const headers = {
  Accept: 'text/html, application/xhtml+xml, text/plain;q=0.9',
  // a few compressed bytes can unfold to gigabytes
  'Accept-Encoding': 'identity',
}

/** Gets a page, wherever it has moved to: each step is a request of its own, guarded like the first. */
export async function fetchPage(outbound: Pick<Outbound, 'request'>, url: string): Promise<Answer> {
  let at = url
  for (let steps = 0; steps <= mostRedirects; steps += 1) {
    const answer = await ask(outbound, at)
    if (!redirects.has(answer.status)) return requireFound(answer)
    at = targetOf(answer.headers.location, at)
  }
  throw new PageProblem('It sends its readers on more than 5 times.')
}

function ask(outbound: Pick<Outbound, 'request'>, url: string): Promise<Answer> {
  return outbound.request(url, { method: 'GET', headers, mostBytes }).catch((error: unknown) => {
    throw error instanceof OutboundProblem ? new PageProblem(error.message, error.passing) : error
  })
}

function targetOf(location: string | undefined, from: string): string {
  const target = location !== undefined && URL.canParse(location, from) ? new URL(location, from) : null
  if (!target || !/^https?:$/.test(target.protocol)) throw new PageProblem('It sends its readers on to no web address.')
  // a sign-in is nothing that a page can tell us to send
  target.username = ''
  target.password = ''
  target.hash = ''
  return target.href
}

function requireFound(answer: Answer): Answer {
  const { status } = answer
  if (status >= 200 && status < 300) return answer
  if (status === 404 || status === 410) throw new PageProblem('There is no such page (404).')
  if (status === 401 || status === 403) throw new PageProblem(`It may not be read without signing in (${status}).`)
  throw new PageProblem(`Its server answered with the status ${status}.`, status === 429 || status >= 500)
}
