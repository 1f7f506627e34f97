import { spawnSync } from 'node:child_process'

/**
 * Asks the registry for known faults of what the server runs with. Fails for those that are high or critical; where the
 * registry does not know or cannot be reached it says so, and does not fail.
 */
type Report = { metadata?: { vulnerabilities: Record<'high' | 'critical' | 'total', number> } }

const { stdout } = spawnSync('npm', ['audit', '--omit', 'dev', '--json'], { encoding: 'utf8', timeout: 60_000 })
const found = reportIn(stdout)?.metadata?.vulnerabilities
if (!found) process.stdout.write('npm audit: the registry cannot be asked.\n')
else {
  const { total, high, critical } = found
  process.stdout.write(`npm audit: ${total} known faults, ${high} of them high and ${critical} critical.\n`)
}
if (found && found.high + found.critical > 0) process.exitCode = 1

function reportIn(text: string): Report | null {
  try {
    return JSON.parse(text) as Report
  } catch {
    return null
  }
}
