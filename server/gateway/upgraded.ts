import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** How long a connection that was told to close may take to do so, in milliseconds. */
const patience = 500

/**
 * The connections of WebSockets, which the HTTP server waits for and does not close. One whose client reads nothing
 * never hears that it is to close.
 */
export function trackUpgraded(http: Server): { destroyAll: () => Promise<void> } {
  const open = new Set<Duplex>()
  let emptied = (): void => undefined
  http.on('upgrade', (_, socket) => {
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      if (open.size === 0) emptied()
    })
  })
  return {
    async destroyAll() {
      if (open.size === 0) return
      await new Promise<void>((resolve) => {
        emptied = resolve
        setTimeout(resolve, patience)
      })
      for (const socket of open) socket.destroy()
    },
  }
}

/** Closes upgrades that nobody here is for. */
export function closeStrayUpgrades(http: Server, paths: readonly string[]): void {
  http.on('upgrade', (request, socket) => {
    if (!paths.some((path) => request.url?.startsWith(`${path}/`))) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
} // prettier-ignore
