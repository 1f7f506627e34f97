import type { IncomingMessage } from 'node:http'
import type { Session, Sessions } from '../auth/sessions.ts'
import type { ApiKeyInUse } from '../agents/queries/api-keys.ts'
import type { StripeApi } from '../billing/stripe-api.ts'
import type { Core } from '../core/run-command.ts'
import type { Log } from '../log.ts'
import type { SendMail } from '../mail/send.ts'
import type { Online } from '../membership/queries/online.ts'
import type { Outbound } from '../outbound/request.ts'
import type { Seal } from '../secrets/seal.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Limits } from './limits.ts'

/** What routes work with; put together in `node.ts`. */
export type Services = {
  core: Core
  sessions: Sessions
  limits: Limits
  audit: AuditLog
  log: Log
  epoch: string
  online: Online
  seal: Seal
  outbound: Outbound
  send: SendMail
  publicUrl: string
  trustedProxies: string[]
  /** Who takes the money; null: nobody, and owners set plan and seats themselves. */
  stripe: StripeApi | null
}

export type Env = {
  Variables: {
    requestId: string
    log: Log
    session: Session | null
    /** The API key that a request below /api/v1 was made with. */
    apiKey: ApiKeyInUse | null
    address: string
    /** Whose account a request is about that comes without their session: for the audit log. */
    subject?: string
    /** The sites that may show this page in a frame, of a page that others may show at all. */
    framers?: readonly string[]
    code?: string
  }
  Bindings: { incoming: IncomingMessage }
}
