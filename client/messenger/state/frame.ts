import type { FromMessenger, ToMessenger } from '../embed/messages.ts'

/** How the page talks with the script of the site that shows it in a frame; by itself it talks with nobody. */
export const isFramed = window.parent !== window && new URLSearchParams(location.search).has('embedded')

let shown = true

function tell(message: FromMessenger): void {
  // nothing in it is anybody's secret, and whose site it is the page does not know
  if (isFramed) window.parent.postMessage(message, '*')
}

export function askToClose(): void {
  tell({ rollcall: 'close' })
}

export function tellUnread(count: number): void {
  tell({ rollcall: 'unread', count })
}

/** Calls `opened` whenever the frame is shown. */
export function whenOpened(opened: () => void): () => void {
  const listen = ({ source, data }: MessageEvent<Partial<ToMessenger> | null>) => {
    if (source !== window.parent || !isFramed) return
    if (data?.rollcall === 'closed') shown = false
    if (data?.rollcall !== 'opened') return
    shown = true
    opened()
  }
  addEventListener('message', listen)
  return () => removeEventListener('message', listen)
}

/** Whether the visitor sees the page now. */
export function isSeen(): boolean {
  return shown && !document.hidden
}
