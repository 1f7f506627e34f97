import { readFileSync } from 'node:fs'

/** What `npm run check:dependencies` wants of the tree that package-lock.json describes (security.md 173, 175). */

type Locked = { version?: string; resolved?: string; integrity?: string; hasInstallScript?: boolean; dev?: boolean }

/** Where known faults ended. Every copy in the tree has to be at least that. */
const least: Readonly<Record<string, string>> = {
  ws: '8.23.0',
  hono: '4.12.25',
  '@hono/node-server': '1.19.13',
  'socket.io-parser': '4.2.6',
  'engine.io': '6.6.0',
  nodemailer: '8.0.0',
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> }
const { allowScripts = {} } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  allowScripts?: Record<string, boolean>
}
const packages = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, locked]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    ...locked,
  }))

const problems = [
  ...Object.entries(least).flatMap(([name, version]) => tooOld(name, version)),
  ...packages.filter(({ integrity }) => !integrity).map(({ name }) => `${name} has no integrity in package-lock.json`),
  ...packages.filter(({ resolved }) => resolved).map(({ name }) => `${name} names the registry that it came from`),
  ...packages
    .filter(({ name, version, hasInstallScript }) => hasInstallScript && !isJudged(name, version))
    .map(
      ({ name }) => `${name} wants to run a script at its installation: allow it in package.json, or refuse it there`,
    ),
]
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.stdout.write(`${packages.length} packages, ${problems.length} problems.\n`)
if (problems.length > 0) process.exitCode = 1

function tooOld(name: string, version: string): string[] {
  const copies = packages.filter((one) => one.name === name)
  if (copies.length === 0) return [`${name} is in the list of least versions and not in the tree`]
  return copies
    .filter((copy) => isBefore(copy.version ?? '0', version))
    .map((copy) => `${name} ${copy.version} is older than ${version}, where known faults of it ended`)
}

function isBefore(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) < 0
}

function isJudged(name: string, version = ''): boolean {
  return name in allowScripts || `${name}@${version}` in allowScripts
}
