import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readConfig } from '#server/config.ts'
import { freePort } from '../support/ports.ts'
import { useProgram } from '../support/program.ts'

const { folder, start } = useProgram()
const read = (name: string) => readFileSync(name, 'utf8')

const service = z.looseObject({
  image: z.string(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string()).optional(),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.object({ ipv4_address: z.string() }))]),
  healthcheck: z.unknown().optional(),
})
const compose = z
  .looseObject({ services: z.record(z.string(), service) })
  .parse(parse(read('docker-compose.yml'), { merge: true }))
const nodes = Object.entries(compose.services).filter(([, { image }]) => image === 'rollcall:local')
const balancer = compose.services['balancer']

const dockerfile = read('deploy/Dockerfile')
const balancing = read('deploy/haproxy.cfg')

const rule = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.object({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.object({ summary: z.string().min(10), runbook: z.string().min(40) }),
})
const alerts = z
  .object({ groups: z.array(z.object({ rules: z.array(rule) })) })
  .parse(parse(read('deploy/alerts.yml')))
  .groups.flatMap(({ rules }) => rules)

const source = z.object({ type: z.literal('prometheus'), uid: z.literal('${datasource}') })
const panel = z.looseObject({
  id: z.number(),
  type: z.enum(['row', 'timeseries']),
  title: z.string(),
  targets: z.array(z.looseObject({ expr: z.string(), datasource: source })).optional(),
})
const dashboard = z
  .looseObject({
    panels: z.array(panel),
    templating: z.object({ list: z.array(z.looseObject({ name: z.string(), type: z.string() })) }),
  })
  .parse(JSON.parse(read('deploy/grafana-dashboard.json')))

test('the Dockerfile says nothing that a builder would not understand', () => {
  expect(validate(dockerfile).map(({ message, range }) => ({ message, line: range.start.line + 1 }))).toEqual([])
})

test('whatever the image copies is there, and the context holds it and little else', () => {
  const [first, ...allowed] = read('.dockerignore').split('\n').filter((line) => line && !line.startsWith('#')) // prettier-ignore
  expect(first).toBe('*')
  expect(allowed.every((line) => line.startsWith('!'))).toBe(true)
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '))
  expect(copied.filter((file) => !existsSync(file))).toEqual([])
  expect(allowed.map((line) => line.slice(1)).sort()).toEqual(copied.sort())
})

test('the image runs the built program itself, as nobody special, and asks it how it is', () => {
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM'))
  expect(last).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m)
  // without a shell in between, which would keep the signal to itself
  expect(last).toMatch(/^CMD \["node", "--enable-source-maps", "dist\/server\/main\.js"\]$/m)
  expect(last).toMatch(/^STOPSIGNAL SIGTERM$/m)
  expect(last).toMatch(/^HEALTHCHECK [\s\S]*\/healthz/m)
  expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:24\.\d+-/m)
})

test('the packages that the image leaves out are none that the built program imports', () => {
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read('package.json')))
  const left = [...dockerfile.matchAll(/'dependencies\[(.+)\]'/g)].map(([, name]) => name)
  const imported = [...read('dist/server/main.js').matchAll(/\b(?:from|import|resolve\() ?["'`]([^"'`.][^"'`]*)/g)]
    .map(([, name = '']) => name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/'))
    .filter((name) => name in dependencies) // prettier-ignore
  expect(imported).toEqual(expect.arrayContaining(['hono', 'socket.io', 'swagger-ui-dist']))
  expect(left.filter((name) => !name || imported.includes(name) || !(name in dependencies))).toEqual([])
})

test('compose gives two nodes the same settings, each of them one that there is, and the program accepts them', () => {
  expect(nodes).toHaveLength(2)
  const [one, other] = nodes.map(([, { environment }]) => developmentValues(environment))
  expect(one).toEqual(other)
  const known = [...read('README.md').matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*)/gm)].flatMap(([, names = '']) => names.match(/[A-Z_]+/g) ?? []) // prettier-ignore
  expect(Object.keys(one ?? {}).filter((name) => !known.includes(name))).toEqual([])
  const config = readConfig(one ?? {})
  expect(config).toMatchObject({ port: 3000, publicUrl: 'http://localhost:3000', metricsPort: 9464 })
  for (const url of [config.databaseUrl, config.redisUrl, config.smtpUrl])
    expect(compose.services).toHaveProperty(new URL(url ?? '').hostname)
  expect(config.secretKey).toMatch(/development/)
})

test('a node may write nothing and may become nobody else, and has longer to end than it takes', () => {
  for (const [, node] of nodes) {
    expect(node).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
    })
    expect(parseInt(String(node['stop_grace_period']))).toBeGreaterThan(10)
    expect(node.ports).toBeUndefined()
  }
})

test('only this machine reaches what is published, and only the load balancer is believed', () => {
  const published = Object.values(compose.services).flatMap(({ ports }) => ports ?? [])
  expect(published).toEqual(['127.0.0.1:3000:3000', '127.0.0.1:8025:8025'])
  const { front } = z.object({ front: z.object({ ipv4_address: z.string() }) }).parse(balancer?.networks)
  for (const [, { environment }] of nodes)
    expect(readConfig(developmentValues(environment)).trustedProxies).toEqual([front.ipv4_address])
})

test.each(['postgres', 'redis', 'balancer'])('%s says whether it is well', (name) => {
  expect(compose.services[name]?.healthcheck).toHaveProperty('test')
})

test('the load balancer deals out to each node without sticky sessions, and asks each whether it is ready', () => {
  expect(balancing).not.toMatch(/^\s*(cookie|stick|stick-table|balance (source|uri|hdr|url_param))\b/m)
  expect(balancing).toMatch(/http-check send meth GET uri \/readyz /)
  for (const [name] of nodes) {
    expect(balancing).toMatch(new RegExp(`^  server ${name} ${name}:3000 check$`, 'm'))
    expect(balancing).toMatch(new RegExp(`^  server ${name} ${name}:3000 track nodes/${name}$`, 'm'))
  }
  // a second try is for what changes nothing, and for what never arrived
  expect(balancing).toMatch(/^ {2}http-request disable-l7-retry unless METH_GET$/m)
  expect(balancing).toMatch(/set-header X-Forwarded-For %\[src\]/)
})

test('179 every alert has a test, and the operator’s page says what it is', () => {
  const [tests, page] = [read('deploy/alerts.test.yml'), read('docs/operations.md')]
  const names = alerts.map(({ alert }) => alert)
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter((name) => !tests.includes(`alertname="${name}",alertstate="firing"`))).toEqual([])
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})

test('the dashboard asks a source that is chosen where it is imported', () => {
  const { panels, templating } = dashboard
  expect(templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' })
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  expect(panels.filter(({ type, targets }) => (type === 'row') === (targets !== undefined))).toEqual([])
  expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual(
    ['Traffic', 'Live delivery', 'Revocation', 'Database pool', 'Jobs', 'Process', 'Webhooks', 'Assistant', 'Billing'],
  ) // prettier-ignore
})

test('every metric that an alert or the dashboard reads is one that a node serves, and each of ours is explained', async () => {
  const metricsPort = await freePort()
  const redis = `redis://127.0.0.1:${await freePort()}`
  await start({
    DATA_DIR: await folder(),
    METRICS_PORT: String(metricsPort),
    REDIS_URL: redis,
    LOG_LEVEL: 'silent',
  }).port()
  const served = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  const names = [...served.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)
  const asked = [...alerts, ...dashboard.panels.flatMap(({ targets }) => targets ?? [])]
    .flatMap(({ expr }) => expr.match(/\b(?:rollcall|nodejs|process)_\w+/g) ?? [])
    .map((name) => name.replace(/_(bucket|count)$/, ''))
  expect([...new Set(asked)].filter((name) => !names.includes(name))).toEqual([])
  // an alert that compares with a bucket that is not there never fires
  const buckets = alerts.flatMap(({ expr }) => expr.match(/\w+_bucket\{le="[^"]+"\}/g) ?? [])
  expect(buckets.filter((bucket) => !served.includes(`\n${bucket} `))).toEqual([])
  const page = read(path.join('docs', 'operations.md'))
  const ours = names.filter((name) => name.startsWith('rollcall_'))
  expect(ours.filter((name) => !page.includes(`\`${name}`))).toEqual([])
  expect(ours.filter((name) => !asked.includes(name))).toEqual([])
})

/** Compose's `${NAME:-value}` as they are where nothing is set. */
function developmentValues(environment: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/g, '$1')]),
  )
}
