import type { Attempt, Operation } from '../traffic.ts'
import { recovery, violated, type Check, type Evidence } from './invariant.ts'

/** Milliseconds: a unit's own deadline, and what a busy machine adds. */
const longestAnswer = 5_000

/** I7: what was answered as done is there, what was refused is not, the rest is one or the other. */
export const kept: Check = ({ operations, log, world }) => {
  const deleted = world.places.filter((place) => place.deleted)
  // of what is deleted nothing is left to look at, its creation neither
  const lasting = operations.filter(
    ({ path, marker }) => !deleted.some(({ id, names }) => path.includes(id) || names.includes(marker ?? '')),
  )
  const counts = markerCounts(log)
  const lost = lasting.filter(({ marker, outcome }) => marker && outcome === 'ok' && !counts.get(marker))
  const done = lasting.filter(({ marker, outcome }) => marker && outcome === 'refused' && counts.get(marker))
  return violated('I7', [
    ...lost.map((one) => `${one.what} was answered as done and is not there: ${brief(one)}`),
    ...done.map((one) => `${one.what} was refused and is there all the same: ${brief(one)}`),
  ])
}

/** I8: whatever was sent again with the same key was done once. */
export const once: Check = ({ operations, log }) => {
  const counts = markerCounts(log)
  const twice = operations.filter(({ marker, keyed }) => marker && keyed && (counts.get(marker) ?? 0) > 1)
  return violated(
    'I8',
    twice.map((one) => `${one.what} was done ${counts.get(one.marker ?? '')} times: ${brief(one)}`),
  )
}

const telling =
  /^(workspace\.(created|renamed)|member\.profile_changed|invitation\.sent|resource\.created|message\.created)$/

/** How often each word of ours is what an event tells of. */
function markerCounts(log: Evidence['log']): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [stream, events] of log) {
    if (!/^(workspace|agent|conversation):/.test(stream)) continue
    for (const { type, data } of events) {
      if (!telling.test(type)) continue
      const told = data as {
        name?: string
        displayName?: string
        invitation?: { email: string }
        resource?: { title: string }
        message?: { text: string }
      }
      const word =
        told.name ??
        told.displayName ??
        told.resource?.title ??
        told.message?.text ??
        told.invitation?.email.split('@')[0] ??
        ''
      counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  }
  return counts
}

/** I12: nobody is let in with a session that has ended, nor a stranger or a visitor anywhere, whatever is broken. */
export const closed: Check = ({ operations }) => {
  const kinds = ['lookWithEndedSession', 'intrude', 'steal', 'intrudeAsVisitor']
  const shut = operations.filter(({ what }) => kinds.includes(what))
  const open = shut.filter(({ attempts }) => attempts.some(({ status }) => status !== null && status < 400))
  return violated(
    'I12',
    open.map((one) => `${one.who} got in: ${brief(one)}`),
  )
}

/** I13: outside the fault and the five seconds after it, requests are answered. */
export const available: Check = ({ operations, arranged, window }) => {
  const outside = operations.flatMap(({ attempts, what }) =>
    attempts
      .filter(({ at, until }) => at >= arranged && (until < window.from || at > window.to + recovery))
      .map((attempt) => ({ what, attempt })),
  )
  const failed = outside.filter(({ attempt: { status } }) => status === null || status >= 500)
  return violated('I13', failed.length > outside.length / 1_000
    ? failed.map(({ what, attempt }) => `${what} failed ${Math.round((attempt.at - window.to) / 100) / 10} s after the fault: ${attempt.status} ${attempt.code}`)
    : []) // prettier-ignore
}

/** I14: no request outlives its deadline, and afterwards the pools are idle. */
export const timely: Check = async ({ operations, arranged, fault, topology, window }) => {
  const late = fault.standsStill
    ? []
    : operations.flatMap(({ what, attempts }) =>
        attempts
          .filter(({ at, until }) => at >= arranged && until - at > longestAnswer)
          .map((attempt) => ({ what, attempt })),
      )
  const busy = await topology.postgres.owner<{ what: string }[]>`
    select state || ' for ' || extract(epoch from now() - state_change)::int || ' s: ' || left(query, 60) as what
    from pg_stat_activity
    where application_name like 'rollcall%' and state like '%transaction%' and now() - state_change > interval '3 seconds'`
  const running = topology.nodes.filter((node) => node.running())
  const pools = await Promise.all(running.map(async (node) => ({ node: node.name, text: await node.metrics() })))
  const held = pools.filter(({ text }) => !/^rollcall_pool_busy [012]$/m.test(text))
  return violated('I14', [
    ...late.map(({ what, attempt }) => `${what} took ${attempt.until - attempt.at} ms, ${Math.round((attempt.at - window.from) / 100) / 10} s into the fault: ${attempt.status} ${attempt.code}`),
    ...busy.map(({ what }) => `a connection is ${what}`),
    ...held.map(({ node, text }) => `node ${node} keeps ${/^rollcall_pool_busy.*$/m.exec(text)?.[0]}`),
  ]) // prettier-ignore
}

/** I15: a node that ends in good order fails nobody. */
export const graceful: Check = ({ operations, fault, window, world, broken }) => {
  if (broken) return violated('I15', [broken])
  if (!fault.graceful) return []
  const failed = operations.flatMap(({ what, attempts }) =>
    attempts
      // also those that were under way when it began
      .filter((attempt) => attempt.until >= window.from && attempt.at <= window.to && isFailed(attempt))
      .map((attempt) => ({ what, attempt })),
  )
  const away = world.watchers.flatMap(({ name, screen }) => {
    const gaps = screen.changes.flatMap((change, n) => {
      if (change.connected || change.at < window.from || change.at > window.to) return []
      const back = screen.changes.slice(n + 1).find(({ connected }) => connected)
      return [(back?.at ?? Infinity) - change.at]
    })
    return gaps.filter((gap) => gap > 10_000).map((gap) => `${name} was away for ${gap} ms`)
  })
  return violated('I15', [
    ...failed.map(({ what, attempt }) => `${what} at node ${attempt.node} failed: ${attempt.status} ${attempt.code}`),
    ...away,
  ])
}

/** A refused connection is tried elsewhere by every load balancer: nothing was sent on it. */
function isFailed({ status, code }: Attempt): boolean {
  return (status === null && code !== 'ECONNREFUSED') || (status !== null && status >= 500)
}

/** I20: whatever breaks, it is nobody's fault but ours to say so properly: no 500, no stack, no crash. */
export const noInternalErrors: Check = ({ operations, complaints, topology }) => {
  const gone = topology.nodes.filter((node) => !node.running())
  const internal = operations.filter(({ attempts }) => attempts.some(({ status }) => status === 500))
  return violated('I20', [
    ...gone.map(({ name }) => `node ${name} has ended by itself`),
    ...internal.map((one) => `500 for ${brief(one)}`),
    ...withoutTraces(complaints).map((line) => `a node complained: ${line}`),
  ])
}

/** The queue's library prints where it was when a worker of its gave up; another one has taken its place by then. */
function withoutTraces(lines: readonly string[]): string[] {
  let within = false
  return lines.filter((line) => {
    within = line.startsWith('Trace: ') || (within && /^(\s|\})/.test(line))
    return !within
  })
}

function brief({ who, what, path, marker, attempts }: Operation): string {
  const tried = attempts.map(({ node, status, code }) => `${node} ${status ?? ''}${code && ` ${code}`}`).join(', ')
  return `${who} ${what} ${path} ${marker ?? ''} (${tried})`
}
