import type { Delivery } from '#shared/protocol/agents/webhooks.ts'
import type { AgentApi, DeliveryStatus } from '../../agent-api.ts'
import { Fetched } from '../fetched.svelte.ts'
import { attemptsIn, isDue } from './webhooks.ts'

type Listed = { items: Delivery[]; nextCursor: string | null }

/** The delivery log of one endpoint, the newest first: read when it is shown, and as far back as was asked for. */
export class Deliveries {
  status = $state<DeliveryStatus | ''>('')
  readonly listed: Fetched<Listed>
  private readonly api: AgentApi
  private readonly webhookId: string
  private pages = 1

  constructor(api: AgentApi, webhookId: string) {
    this.api = api
    this.webhookId = webhookId
    this.listed = new Fetched(() => this.read())
  }

  choose(status: DeliveryStatus | ''): void {
    this.status = status
    this.pages = 1
    void this.listed.load()
  }

  showMore(): Promise<void> {
    this.pages += 1
    return this.listed.load()
  }

  /** Reads again where an attempt is due, so that its outcome shows. Answers whether something came of one. */
  async lookOut(): Promise<boolean> {
    const before = this.listed.value?.items ?? []
    if (!before.some((delivery) => isDue(delivery, Date.now()))) return false
    await this.listed.load()
    return attemptsIn(before) !== attemptsIn(this.listed.value?.items ?? [])
  }

  private async read(): Promise<Listed> {
    const items: Delivery[] = []
    let cursor: string | null = null
    for (let page = 0; page < this.pages; page += 1) {
      const answer = await this.api.deliveries(this.webhookId, { status: this.status, cursor })
      items.push(...answer.items)
      cursor = answer.nextCursor
      if (!cursor) break
    }
    return { items, nextCursor: cursor }
  }
}
