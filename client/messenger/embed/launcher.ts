import type { Messenger } from '#shared/protocol/agents/messenger.ts'
import { newButton, newFrame } from './elements.ts'
import { messageIn, type ToMessenger } from './messages.ts'
import { newStyles } from './styles.ts'
import { language, words } from './words.ts'

/** `page`: the address of the Messenger's own page, at `origin`. */
type Options = Pick<Messenger, 'colour' | 'side'> & { name: string; page: string; origin: string }

/** The button in a page of somebody else's, and what it opens. The page can neither look into it nor restyle it. */
export class Launcher {
  readonly host = document.createElement('rollcall-messenger')
  private readonly root = this.host.attachShadow({ mode: 'closed' })
  private readonly options: Options
  private readonly button: HTMLButtonElement
  private readonly badge: HTMLElement
  private frame: HTMLIFrameElement | null = null
  private loaded = false
  private open = false
  private unread = 0

  constructor(options: Options) {
    this.options = options
    const { button, badge } = newButton()
    this.button = button
    this.badge = badge
    // our own words are in the visitor's language, whatever the page's are
    this.host.lang = language
    this.root.adoptedStyleSheets = [newStyles(options)]
    this.root.appendChild(button)
    this.listen()
    this.show()
  }

  private listen(): void {
    this.button.addEventListener('click', () => (this.open ? this.close() : this.show(true)))
    this.button.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.open) return
      // it is this that was closed, and nothing of the page's
      event.stopPropagation()
      this.close()
    })
    addEventListener('message', ({ source, origin, data }) => {
      if (!this.frame || source !== this.frame.contentWindow || origin !== this.options.origin) return
      const message = messageIn(data)
      if (message?.rollcall === 'unread') this.count(message.count)
      else if (message && this.open) this.close()
    })
  }

  private close(): void {
    this.show(false)
    this.button.focus()
  }

  private count(unread: number): void {
    this.unread = unread
    this.show()
  }

  /** Shows how it stands. `open`: what changes of it. */
  private show(open = this.open): void {
    const turned = open !== this.open
    this.open = open
    const { name } = this.options
    const waiting = this.unread > 0 ? words.unread(this.unread) : ''
    this.button.setAttribute('aria-label', open ? words.close : words.writeTo(name) + waiting)
    this.button.setAttribute('aria-expanded', String(open))
    this.badge.hidden = open || this.unread === 0
    this.badge.textContent = this.unread > 99 ? '99+' : String(this.unread)
    if (open) this.frame ??= this.begin()
    if (this.frame) this.frame.hidden = !open
    if (!turned) return
    if (open) this.frame?.focus()
    this.tell()
  }

  /** The Messenger's page, from the first click on: hidden it stays there, and goes on. */
  private begin(): HTMLIFrameElement {
    const frame = newFrame(this.options.page, words.messengerOf(this.options.name))
    frame.addEventListener('load', () => {
      this.loaded = true
      // on a phone it covers the button, which is the only way out until the page is there
      frame.className = 'ready'
      // whoever has gone on to something else in the page meanwhile is left there
      if (this.open && this.root.activeElement) frame.focus()
      this.tell()
    })
    this.root.insertBefore(frame, this.button)
    return frame
  }

  private tell(): void {
    if (!this.loaded) return
    const message: ToMessenger = { rollcall: this.open ? 'opened' : 'closed' }
    this.frame?.contentWindow?.postMessage(message, this.options.origin)
  }
}
