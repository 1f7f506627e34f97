import { spawnSync } from 'node:child_process'

/**
 * Asks the registry for known faults of what the server runs with, and whether it signed what is installed and knows where it
 * was built. Fails for faults that are high or critical, and for a signature or a provenance that is not right; where the
 * registry does not know or cannot be reached it says so, and does not fail.
 */
type Faults = { metadata?: { vulnerabilities: Record<'high' | 'critical' | 'total', number> } }
type Signatures = { invalid?: { name: string; version: string }[]; missing?: unknown[] }

const faults = ask<Faults>('--omit', 'dev')?.metadata?.vulnerabilities
if (!faults) say('npm audit: the registry cannot be asked.')
else {
  const { total, high, critical } = faults
  say(`npm audit: ${total} known faults, ${high} of them high and ${critical} critical.`)
  if (high + critical > 0) process.exitCode = 1
}

const signatures = ask<Signatures>('signatures')
if (!signatures?.invalid) say('npm audit signatures: the registry cannot be asked.')
else {
  const { invalid, missing = [] } = signatures
  say(
    `npm audit signatures: ${invalid.length} signatures or provenances are wrong, ${missing.length} signatures missing.`,
  )
  for (const { name, version } of invalid) say(`  ${name}@${version} is not what was published.`)
  if (invalid.length > 0) process.exitCode = 1
}

function ask<Report>(...more: string[]): Report | null {
  const { stdout } = spawnSync('npm', ['audit', ...more, '--json'], { encoding: 'utf8', timeout: 60_000 })
  try {
    return JSON.parse(stdout) as Report
  } catch {
    return null
  }
}

function say(words: string): void {
  process.stdout.write(`${words}\n`)
}
