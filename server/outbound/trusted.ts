import http from 'node:http'
import https from 'node:https'

type Asked = { method: string; headers: http.OutgoingHttpHeaders; body: string; signal: AbortSignal }
type Posted = { headers: Record<string, string>; body: string; signal: AbortSignal }

/**
 * Asks a server whose address the operator gave in a setting, so that it may be in our own network; whatever anybody
 * else gave goes through `request.ts`. Follows no redirect and tries once. Resolves with the head of the answer, whose body
 * is the caller's to read or to destroy; rejects with the error of the connection, or the signal's reason.
 */
export function askTrusted(url: string, { method, headers, body, signal }: Asked): Promise<http.IncomingMessage> {
  const ask = url.startsWith('https:') ? https.request : http.request
  return new Promise((resolve, reject) => {
    const request = ask(url, {
      method,
      // a connection that was left open may be closed at the moment of the next question, which is asked once
      agent: false,
      maxHeaderSize: 16_384,
      signal,
      headers,
    })
    request.on('response', resolve)
    request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error))
    request.end(body)
  })
}

/** Posts JSON to such a server. */
export function postToTrusted(url: string, { headers, body, signal }: Posted): Promise<http.IncomingMessage> {
  const length = String(Buffer.byteLength(body))
  const all = { 'User-Agent': 'Rollcall/1', 'Content-Type': 'application/json', ...headers, 'Content-Length': length }
  return askTrusted(url, { method: 'POST', headers: all, body, signal })
}
