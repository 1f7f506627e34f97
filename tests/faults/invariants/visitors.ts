import type { ZodType } from 'zod'
import { streamOf } from '#shared/protocol/streams.ts'
import {
  faceSchema,
  visitorConversationAnswer,
  visitorConversationSchema,
  visitorEvents,
  visitorMessageSchema,
} from '#shared/protocol/visitors.ts'
import type { Visitor } from '../cast.ts'
import { conversationsIn, textsIn } from './conversations.ts'
import { violated, type Check, type Evidence } from './invariant.ts'

/** What a visitor is answered, by what they asked. */
const answers: Readonly<Record<string, ZodType>> = {
  begin: visitorConversationSchema,
  askForPerson: visitorConversationSchema,
  writeAsVisitor: visitorMessageSchema,
  ownConversation: visitorConversationAnswer,
  read: visitorConversationAnswer,
}
const ofEvent = new Set(['position', 'type', 'at', 'data'])

/** I6 for visitors: nothing that is not in their schemas, nothing of anybody else's conversation, and no name of a user. */
export const apart: Check = (evidence) => {
  const secret = secretsOf(evidence)
  return violated(
    'I6',
    evidence.world.visitors.flatMap((visitor) => [
      ...misshapen(evidence, visitor).map((what) => `${visitor.name} was sent ${what}`),
      ...strange(visitor).map((stream) => `${visitor.name} heard of ${stream}`),
      ...overheard(evidence, visitor, secret).map((word) => `${visitor.name} heard ${word}`),
    ]),
  )
}

/** Also of what the other checks have read as this visitor. */
function misshapen({ world }: Evidence, { name, screen }: Visitor): string[] {
  const events = screen.heard
    .flatMap((frame) => frame.events)
    .filter((event) => {
      const fits = visitorEvents[event.type as keyof typeof visitorEvents]?.safeParse(event.data).success ?? false
      return !fits || Object.keys(event).some((key) => !ofEvent.has(key))
    })
  const faces = screen.told.flatMap((frame) => frame.faces).filter((face) => !faceSchema.safeParse(face).success)
  const bodies = world.traffic.operations
    .filter(({ who, what }) => who === name && what in answers)
    .filter(({ what, attempts }) =>
      attempts.some(({ status, body }) => status !== null && status < 300 && !answers[what]?.safeParse(body).success),
    )
  return [
    ...events.map(({ type, position }) => `${type} ${position} in a shape that is not theirs`),
    ...faces.map((face) => `a face in a shape that is not theirs: ${Object.keys(face).join(', ')}`),
    ...bodies.map(({ what, path }) => `an answer to ${what} ${path} in a shape that is not theirs`),
  ]
}

/** Streams that the visitor heard something of and that are not theirs. */
function strange({ screen, conversations }: Visitor): string[] {
  const own = new Set<string>(conversations.map((id) => streamOf('conversation', id)))
  return [...new Set(screen.heard.map(({ stream }) => stream))].filter((stream) => !own.has(stream))
}

type Secrets = { marks: Set<string>; words: string[]; pattern: RegExp }

/** What no visitor may read anywhere. */
function secretsOf({ world }: Evidence): Secrets {
  return {
    marks: new Set(world.places.flatMap(({ names }) => names)),
    words: [...world.people.flatMap(({ email, userId }) => [email, userId]), ...world.places.map((place) => place.accountId)],
    pattern: new RegExp(`mark${world.tag}x\\d+x`, 'g'),
  } // prettier-ignore
}

function overheard(evidence: Evidence, visitor: Visitor, { marks, words, pattern }: Secrets): string[] {
  const { screen, read, conversations } = visitor
  const text = [...read, JSON.stringify(screen.heard), JSON.stringify(screen.told)].join('\n')
  const own = new Set<string>(conversations.map((id) => streamOf('conversation', id)))
  const others = conversationsIn(evidence)
    // one that they were never told of may be theirs, too
    .filter(([stream]) => !own.has(stream) && evidence.world.visitors.some((one) => isOf(one, stream)))
    .flatMap(([, events]) => textsIn(events))
  const forbidden = new Set([...marks, ...others.filter((one) => /^mark\S+$/.test(one))])
  const seen = new Set(text.match(pattern) ?? [])
  return [...[...seen].filter((word) => forbidden.has(word)), ...words.filter((word) => text.includes(word))]
}

function isOf({ conversations }: Visitor, stream: string): boolean {
  return conversations.some((id) => stream === streamOf('conversation', id))
}
