import { handleOf, handleSchema, isReserved, withoutMarks } from '#shared/handles.ts'
import type { HandleAnswer } from '#shared/protocol/requests.ts'
import { api } from '../api.ts'
import { workspaces } from '../messages/workspaces.ts'
import { fieldSentence } from './refusal.ts'

export type Availability =
  | { kind: 'none' }
  | { kind: 'checking' }
  | { kind: 'free' }
  | { kind: 'current' }
  | { kind: 'refused'; reason: string; suggestion?: string }

/** How long typing must rest before the server is asked, in milliseconds. */
const rest = 250

/** A handle being chosen: it follows the name until it is edited by hand, and its availability is known live. */
export class HandleChoice {
  value = $state('')
  availability = $state.raw<Availability>({ kind: 'none' })
  private edited = false
  private readonly current: string | null
  private asked = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  /** `current` is the handle that the workspace has already. */
  constructor(current: string | null = null) {
    this.current = current
    if (current === null) return
    this.value = current
    this.edited = true
    this.availability = { kind: 'current' }
  }

  follow(name: string): void {
    if (this.edited) return
    const quick = handleOf(withoutMarks(name))
    if (quick !== '' || name.trim() === '') this.value = quick
    if (name.trim() === '') this.settle({ kind: 'none' })
    else
      this.ask(
        () => api.handleForName(name),
        (answer) => this.take(answer),
      )
  }

  /** By hand. Emptied, it follows the name again. */
  edit(value: string): void {
    this.value = value
    this.edited = value !== ''
    if (value === '') return this.settle({ kind: 'none' })
    if (value === this.current) return this.settle({ kind: 'current' })
    const reason = refusalOf(value)
    if (reason) this.settle({ kind: 'refused', reason })
    this.ask(
      () => api.handle(value),
      (answer) => this.show(answer),
    )
  }

  private settle(availability: Availability): void {
    clearTimeout(this.timer)
    this.asked += 1
    this.availability = availability
  }

  private ask(question: () => Promise<HandleAnswer>, answered: (answer: HandleAnswer) => void): void {
    clearTimeout(this.timer)
    const asked = (this.asked += 1)
    if (this.availability.kind !== 'refused') this.availability = { kind: 'checking' }
    this.timer = setTimeout(() => {
      question().then(
        (answer) => asked === this.asked && answered(answer),
        () => asked === this.asked && this.settle({ kind: 'none' }),
      )
    }, rest)
  }

  /** The server's word on a name: a free handle is taken over at once. */
  private take({ handle, available, suggestion }: HandleAnswer): void {
    this.value = available ? handle : (suggestion ?? handle)
    this.availability = { kind: 'free' }
  }

  private show({ handle, available, reason, suggestion }: HandleAnswer): void {
    if (available) return void (this.availability = { kind: 'free' })
    const because = reason === 'reserved' ? workspaces().reserved : workspaces().taken
    const refused = { kind: 'refused', reason: refusalOf(handle) ?? because } as const
    this.availability = suggestion ? { ...refused, suggestion } : refused
  }
}

/** What is wrong with a handle that can be told without asking. */
function refusalOf(handle: string): string | null {
  if (isReserved(handle)) return workspaces().reserved
  const parsed = handleSchema.safeParse(handle)
  if (parsed.success) return null
  const [issue] = parsed.error.issues
  return issue ? fieldSentence(issue.message) : workspaces().unusable
}
