import { integrationTestMail, newConversationMail } from '../../mail/workspace-emails.ts'
import type { News } from './hand-on.ts'

export type Place = { workspaceName: string; agentName: string; link: string }

const most = { lines: 5, characters: 500 }

/** A conversation that began; `firstMessage` is what it began with, if anything. */
export function newConversation(id: string, place: Place, firstMessage: string | null): News {
  const lines = firstMessage === null ? [] : beginningOf(firstMessage)
  const { agentName, workspaceName, link } = place
  const quoted = lines.map((line) => `\n> ${forSlack(line)}`).join('')
  return {
    id,
    text: `New conversation with ${forSlack(agentName)} in ${forSlack(workspaceName)}${quoted}\n${link}`,
    mail: newConversationMail({ agentName, workspaceName, lines }, link),
  }
}

export function integrationTest(id: string, place: Place): News {
  const { agentName, workspaceName, link } = place
  const what = `This is a test: new conversations with ${forSlack(agentName)} in ${forSlack(workspaceName)} will be told here.`
  return { id, text: `${what}\n${link}`, mail: integrationTestMail(place, link) }
} // prettier-ignore

function beginningOf(text: string): string[] {
  const characters = [...text]
  const isCut = characters.length > most.characters
  const lines = characters.slice(0, most.characters).join('').split('\n')
  const shown = lines.slice(0, most.lines)
  return isCut || lines.length > most.lines ? [...shown.slice(0, -1), `${shown.at(-1)}…`] : shown
}

/** What Slack takes for itself: nobody is called, and no link is made, by what somebody wrote. */
function forSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
