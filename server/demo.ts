import type { RunningNode } from './node.ts'

const password = 'lively sample 42'
const cast = [
  { email: 'ada@example.com', name: 'Ada Lovelace' },
  { email: 'grace@example.com', name: 'Grace Hopper', role: 'admin' },
  { email: 'edsger@example.com', name: 'Edsger Dijkstra', role: 'editor' },
  { email: 'barbara@example.com', name: 'Barbara Liskov', role: 'viewer' },
] as const

/** Fills an installation with a sample team, through the same HTTP calls that the client makes. Answers the sign-ins. */
export async function fillDemo(node: RunningNode): Promise<string> {
  const base = `http://127.0.0.1:${node.port}`
  const [ada, ...others] = cast
  const owner = await post(base, '/api/auth/sign-up', { ...ada, password })
  if (owner.status !== 409) {
    await call(base, 'PUT', '/api/account/plan', { plan: 'pro_ai' }, owner.cookie)
    const { body } = await post(base, '/api/workspaces', { name: 'Acme Düsseldorf' }, owner.cookie)
    const workspace = `/api/workspaces/${String(Reflect.get(body as object, 'id'))}`
    const invitations = `${workspace}/invitations`
    for (const { email, name, role } of others) {
      await post(base, '/api/auth/sign-up', { email, name, password })
      await post(base, invitations, { email, role }, owner.cookie)
      const signedIn = await post(base, '/api/auth/sign-in', { email, password })
      await post(base, '/api/invitations/accept', { token: await tokenFor(node, email) }, signedIn.cookie)
    }
    for (const email of ['alan@example.com', 'katherine@example.com', 'john@example.com', 'radia@example.com']) {
      await post(base, invitations, { email, role: 'editor' }, owner.cookie)
    }
    const agents = `${workspace}/agents`
    await post(base, agents, { name: 'Front desk', greeting: 'Hello! How can we help?', helpDesk: true }, owner.cookie)
    await post(base, agents, { name: 'Buchhaltung', language: 'de', greeting: 'Guten Tag!' }, owner.cookie)
  }
  const lines = cast.map(({ email }) => `    ${email.padEnd(22)} ${password}`)
  return `\n  A sample workspace is ready at ${node.url}/w/acme-dusseldorf/members. Sign in as\n${lines.join('\n')}\n`
}

/** The link's token, once the email is in the mailbox. */
async function tokenFor({ sql }: RunningNode, email: string): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [mail] = await sql<{ text: string }[]>`
      select text from mailbox where recipient = ${email} order by id desc limit 1`
    const token = mail && /\/invite#(\S+)/.exec(mail.text)?.[1]
    if (token) return token
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('The sample workspace could not be filled: --demo needs the mailbox, so unset SMTP_URL.')
}

function post(base: string, path: string, body: object, cookie = '') {
  return call(base, 'POST', path, body, cookie)
}

async function call(base: string, method: string, path: string, body: object, cookie: string) {
  const headers = { 'Content-Type': 'application/json', Cookie: cookie }
  const answer = await fetch(base + path, { method, headers, body: JSON.stringify(body) })
  const set = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie
  return { status: answer.status, body: (await answer.json()) as unknown, cookie: set }
}
