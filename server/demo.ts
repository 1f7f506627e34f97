import type { RunningNode } from './node.ts'

const password = 'lively sample 42'
const cast = [
  { email: 'ada@example.com', name: 'Ada Lovelace' },
  { email: 'grace@example.com', name: 'Grace Hopper', role: 'admin' },
  { email: 'edsger@example.com', name: 'Edsger Dijkstra', role: 'editor' },
  { email: 'barbara@example.com', name: 'Barbara Liskov', role: 'viewer' },
] as const

/** What the sample's first agent knows. */
const knowledge = [
  {
    kind: 'text',
    title: 'Opening hours and how to reach us',
    content:
      'The front desk is open from Monday to Friday, nine to five.\n\nOn public holidays nobody is there; write to us, and we answer on the next working day.',
  },
  {
    kind: 'text',
    title: 'Shipping and returns',
    content:
      'Orders that reach us before noon are shipped on the same day. Within the country a parcel takes two days, abroad up to ten.\n\nWhatever does not please you can be returned within thirty days. The refund is on its way as soon as the parcel is back with us.',
  },
  {
    kind: 'qa',
    question: 'How do I reset my password?',
    answer:
      'Choose “Forgotten password” below the sign-in. The link that we send to you works for thirty minutes, once.',
  },
  {
    kind: 'qa',
    question: 'Can I change the address of an order?',
    answer: 'As long as it has not been shipped: open the order, choose “Change address”, and confirm.',
  },
  {
    kind: 'qa',
    question: 'Bekomme ich eine Rechnung auf Deutsch?',
    answer: 'Ja. Die Rechnung kommt in der Sprache, in der Sie bestellt haben.',
    language: 'de',
  },
] as const

/** Who has written to it: each a contact, what they asked, and perhaps an answer and what became of it. */
const visitors = [
  { name: 'Hedy Lamarr', asks: 'Thank you, the refund has arrived.', answer: 'You’re welcome!', then: { state: 'resolved' } },
  { name: 'Mary Jackson', asks: 'My parcel has not arrived, and I would like to talk to somebody.', then: { state: 'waiting' } },
  { name: '', email: 'annie@example.com', asks: 'Do you ship to Iceland?' },
  { name: 'Karen Jones', asks: 'Can I still change the address of order 2041?', answer: 'Yes, until noon. What is the new one?' },
] as const // prettier-ignore

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
    const desk = { name: 'Front desk', greeting: 'Hello! How can we help?', helpDesk: true, messenger: { on: true } }
    const made = await post(base, agents, desk, owner.cookie)
    const frontDesk = `${agents}/${String(Reflect.get(made.body as object, 'id'))}`
    for (const resource of knowledge) await post(base, `${frontDesk}/resources`, resource, owner.cookie)
    for (const visitor of visitors) await writeFor(base, frontDesk, visitor, owner.cookie)
    await post(base, agents, { name: 'Buchhaltung', language: 'de', greeting: 'Guten Tag!' }, owner.cookie)
  }
  const lines = cast.map(({ email }) => `    ${email.padEnd(22)} ${password}`)
  return `\n  A sample workspace is ready at ${node.url}/w/acme-dusseldorf/members. Sign in as\n${lines.join('\n')}\n`
}

type Visitor = { name: string; email?: string; asks: string; answer?: string; then?: object }

async function writeFor(base: string, agent: string, visitor: Visitor, cookie: string): Promise<void> {
  const { name, email, asks, answer, then } = visitor
  const { body: contact } = await post(base, `${agent}/contacts`, { name, ...(email && { email }) }, cookie)
  const begun = { contactId: String(Reflect.get(contact as object, 'id')), text: asks }
  const { body: conversation } = await post(base, `${agent}/conversations`, begun, cookie)
  const path = `${agent}/conversations/${String(Reflect.get(conversation as object, 'id'))}`
  if (answer) await post(base, `${path}/messages`, { text: answer }, cookie)
  if (then) await call(base, 'PATCH', path, then, cookie)
}

/** The link's token, once the email is in the mailbox. */
async function tokenFor({ sql }: RunningNode, email: string): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [mail] = await sql.run(
      (tx) => tx<{ text: string }[]>`
        select text from mailbox where recipient = ${email} order by id desc limit 1`,
    )
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
