/** The arrows of the architecture: a change flows one way, through folders whose names tell it. */
const domains = '^server/(accounts|membership|agents|helpdesk|messenger|billing)/'
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to })

module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }, 'A cycle has no first file to read.'),
    rule(
      'shared-is-pure',
      { path: '^shared/' },
      { path: '^(server|client|tests)/' },
      'What both sides share knows neither.',
    ),
    rule(
      'core-knows-no-transport',
      { path: `^server/core/|${domains}` },
      { path: 'node_modules/(hono|@hono|socket\\.io|redis)/' },
      'Commands are the same whoever asks.',
    ),
    rule(
      'rights-are-read-from-postgres',
      { path: `^server/(core|auth)/|${domains}` },
      { path: '^server/(redis|relay)/|node_modules/(@redis|redis|rate-limiter-flexible)/' },
      'What Redis remembers may be old: who may do a thing is never read from it.',
    ),
    rule(
      'commands-know-no-pool',
      { path: '^server/[^/]+/commands/' },
      { path: '^server/db/|node_modules/postgres/' },
      'Inside a transaction only tx exists: a second connection escapes the rollback, and a full pool waits for itself.',
    ),
    rule(
      'core-is-below',
      { path: '^server/core/' },
      { path: `${domains}|^server/(routes|gateway|jobs|relay|auth)/` },
      'The core serves the domains.',
    ),
    rule(
      'routes-write-no-sql',
      { path: '^server/routes/', pathNot: '^server/routes/(health|mailbox)\\.ts$' },
      { path: '^server/db/|node_modules/postgres/' },
      'Routes call one command or query.',
    ),
    rule(
      'gateway-runs-no-command',
      { path: '^server/gateway/' },
      { path: '/commands/|core/run-command' },
      'No socket message changes anything.',
    ),
    rule(
      'sockets-in-gateway',
      { path: '^server/', pathNot: '^server/gateway/' },
      { path: 'node_modules/socket\\.io/' },
      'Socket.IO stays in the gateway.',
    ),
    rule(
      'lucia-behind-sessions',
      { path: '^server/', pathNot: '^server/auth/sessions\\.ts$' },
      { path: 'node_modules/(lucia|@lucia-auth)/' },
      'So that it can be swapped.',
    ),
    rule(
      'trusted-addresses-are-the-operators',
      { path: '^server/', pathNot: '^server/messenger/assistant/model/|^server/billing/ask-stripe\\.ts$' },
      { path: '^server/outbound/trusted\\.ts$' },
      'An address that anybody but the operator gave is asked by the guarded client, which stays out of our network.',
    ),
    rule(
      'stripe-behind-its-api',
      { path: '^server/', pathNot: '^server/billing/stripe-api\\.ts$' },
      { path: 'node_modules/stripe/' },
      'Its package asks by our own client there, and nowhere else can it ask by itself.',
    ),
    rule(
      'the-package-stands-alone',
      { path: '^client/sdk/' },
      { pathNot: '^client/sdk/|^shared/|node_modules/socket\\.io-client/' },
      'It is used where there is no page of ours, and comes with nothing but its connection.',
    ),
    rule(
      'client-reads-types-alone',
      { path: '^client/' },
      { path: '^server/', dependencyTypesNot: ['type-only'] },
      'The server is behind HTTP.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tests/tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.svelte'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
