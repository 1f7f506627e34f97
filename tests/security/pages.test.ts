import { expect, test } from 'vitest'
import { useNode } from '../support/node.ts'
import { newTeam } from '../support/people.ts'
import { rawRequest } from '../support/raw.ts'

const node = useNode()
const secure = useNode({ publicUrl: 'https://rollcall.example.com' })

test.each(['/', '/invite', '/sign-in', '/w/acme/members', '/api/docs'])(
  '123 the page %s runs no script but ours, in nobody’s frame, and says nothing of where it is',
  async (path) => {
    const { status, headers, body } = await rawRequest(node(), { path })
    expect(status).toBe(200)
    const policy = directivesOf(headers.get('content-security-policy'))
    expect(policy).toMatchObject({
      'default-src': "'self'",
      'style-src': "'self'",
      'object-src': "'none'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
      'form-action': "'self'",
      'connect-src': `'self' ws://localhost:${node().port}`,
    })
    expect(policy['script-src'] ?? policy['default-src']).toBe("'self'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|\bon\w+=|javascript:/i)
  },
)

test('123 at an https address browsers are told to come by https alone, for a year', async () => {
  const at = async (path: string) => rawRequest(secure(), { path, headers: { Host: 'rollcall.example.com' } })
  for (const path of ['/', '/api/me', '/nowhere']) {
    const { headers } = await at(path)
    expect(Number(/max-age=(\d+)/.exec(headers.get('strict-transport-security') ?? '')?.[1])).toBeGreaterThanOrEqual(
      31_536_000,
    )
  }
  const policy = directivesOf((await at('/')).headers.get('content-security-policy'))
  expect(policy['connect-src']).toBe("'self' wss://rollcall.example.com")
})

test('22 the secret of a link stands behind the #, and the page of the link is kept by no cache', async () => {
  const { ada, workspace } = await newTeam(node())
  const { token } = await ada.inviteByMail(workspace.id, 'fragment@example.com')
  const { text } = await node().mail.next('fragment@example.com')
  const link = new URL(/http\S+\/invite\S+/.exec(text)?.[0] ?? '')
  expect(link.pathname + link.search).toBe('/invite')
  expect(link.hash).toBe(`#${token}`)
  const { headers } = await rawRequest(node(), { path: link.pathname })
  expect(headers.get('cache-control')).toMatch(/no-cache|no-store/)
  expect(headers.get('referrer-policy')).toBe('no-referrer')
})

test('78 no answer of the API is kept by a cache, refused ones neither, and each depends on the cookie', async () => {
  const { ada, workspace } = await newTeam(node())
  const cookie = { Cookie: ada.cookie() }
  const w = `/api/workspaces/${workspace.id}`
  for (const [method, path, headers] of [
    ['GET', '/api/me', cookie],
    ['GET', '/api/me', {}],
    ['GET', `${w}/roster`, cookie],
    ['GET', `${w}/events`, cookie],
    ['GET', '/api/nowhere', cookie],
    ['DELETE', `${w}/members/1`, cookie],
    ['POST', '/api/invitations/preview', cookie],
    ['POST', '/api/workspaces', { ...cookie, Origin: 'https://evil.test' }],
    ['POST', '/api/workspaces', { ...cookie, 'Content-Type': 'text/plain' }],
    ['GET', '/api/me', { ...cookie, Host: 'evil.test' }],
  ] as const) {
    const answer = await rawRequest(node(), { method, path, headers: { ...headers } })
    expect({ method, path, status: answer.status, cached: answer.headers.get('cache-control') }).toMatchObject({
      cached: 'no-store',
    })
    expect(answer.headers.get('vary')).toMatch(/cookie/i)
  }
})

test('123 no answer tells what runs here', async () => {
  for (const path of ['/', '/api/me', '/healthz', '/readyz', '/nowhere.php', '/socket.io/']) {
    const { headers } = await rawRequest(node(), { path })
    expect(headers.has('server') || headers.has('x-powered-by')).toBe(false)
  }
})

function directivesOf(policy: string | undefined): Record<string, string> {
  const directives = (policy ?? '').split(';').map((one) => one.trim().split(/\s+(.*)/))
  return Object.fromEntries(directives.map(([name = '', value = '']) => [name, value]))
}
