import type { MessengerAnswer } from '#shared/protocol/visitors.ts'
import { Launcher } from './embed/launcher.ts'

// A script in pages of others, whose names and methods may be odd: it defines no global, and asks little of the page.
// Of a content security policy it needs `script-src`, `frame-src` and `connect-src` of our origin, and nothing else.
// Its words are ASCII: a page reads it by its own charset.

const mark = Symbol.for('rollcall.messenger')
const page = document as Document & { [mark]?: true }
// the document names the script only while it is run
const script = document.currentScript

if (script instanceof HTMLScriptElement && script.src && !page[mark]) {
  page[mark] = true
  void begin(new URL(script.src).origin, script.getAttribute('data-agent') ?? '')
}

async function begin(origin: string, agentId: string): Promise<void> {
  const answer = await messengerOf(origin, agentId)
  if (!answer) return
  await bodyIsThere()
  const { host } = new Launcher({ page: `${origin}/m/${encodeURIComponent(agentId)}?embedded`, origin, ...answer })
  document.body.appendChild(host)
  // some sites put a new body in the old one's place where others load a page
  const keep = () => void (host.isConnected || document.body?.appendChild(host))
  new MutationObserver(keep).observe(document.documentElement, { childList: true })
}

async function messengerOf(origin: string, agentId: string): Promise<MessengerAnswer | null> {
  try {
    const response = await fetch(`${origin}/api/messenger/${encodeURIComponent(agentId)}`, { credentials: 'omit' })
    if (response.ok) return (await response.json()) as MessengerAnswer
    if (response.status !== 404) return warn(`the Messenger of this agent cannot be shown now (${response.status}).`)
  } catch {
    // a browser does not say why it keeps an answer to itself
  }
  return warn(
    `the Messenger of agent ${agentId} is off, or ${location.origin} is not among the sites that may show it.`,
  )
}

/** Whoever put the script there looks into the console, and nowhere else. */
function warn(text: string): null {
  // eslint-disable-next-line no-console
  console.warn(`Rollcall: ${text}`)
  return null
}

async function bodyIsThere(): Promise<void> {
  if (document.body) return
  await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }))
}
