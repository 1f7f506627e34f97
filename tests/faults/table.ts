import type { Run } from './run.ts'

/** One line for each fault, as `npm run faults` prints it. */
export function tableOf(runs: readonly Run[]): string {
  const faults = [...new Set(runs.map(({ fault }) => fault))]
  const lines = faults.map((fault) => {
    const own = runs.filter((one) => one.fault === fault)
    const revocations = own.flatMap((one) => one.revocations).sort((one, other) => one - other)
    return [
      fault.id,
      fault.title,
      own.length,
      sum(own.map((one) => one.operations)),
      sum(own.map((one) => one.unknown)),
      sum(own.map((one) => one.violations.length)),
      `${(Math.max(0, ...own.map((one) => one.recovery)) / 1000).toFixed(1)} s`,
      revocations.length === 0 ? '-' : `${at(revocations, 0.5)} / ${at(revocations, 0.99)} ms (${revocations.length})`,
    ]
  })
  const head = ['', 'fault', 'seeds', 'operations', 'unknown', 'violations', 'recovery', 'revocation p50 / p99']
  return columns([head, ...lines])
}

/** Each column as wide as its longest word; the first two and the last to the left. */
export function columns(rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map(String))
  const last = (texts[0]?.length ?? 0) - 1
  const widths = (texts[0] ?? []).map((_, n) => Math.max(...texts.map((row) => row[n]?.length ?? 0)))
  const aligned = (text: string, n: number) =>
    n < 2 || n === last ? text.padEnd(widths[n] ?? 0) : text.padStart(widths[n] ?? 0)
  return texts.map((row) => row.map(aligned).join('  ').trimEnd()).join('\n')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
