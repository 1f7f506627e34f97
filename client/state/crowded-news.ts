import { sentenceFor, type Happening } from './happenings.ts'
import type { News } from './news.ts'

/** How long a piece of news is in the corner of the page, in milliseconds. */
export const newsLasts = 6_000
/** How many are there one by one; what comes beyond that is counted in one more. */
const mostAlone = 3

type Tell = (news: News, id?: string) => void

/** News as it comes, and one sum of what comes while the corner is full: fifty who join at once are not fifty sentences. */
export class CrowdedNews {
  private readonly show: Tell
  private readonly now: () => number
  private alone: number[] = []
  private counts = new Map<Happening, number>()
  private counted = -Infinity

  /** `show`: what comes with the id of something that is still there takes its place. */
  constructor(show: Tell, now: () => number) {
    this.show = show
    this.now = now
  }

  /** `happening`: as what it can be counted; null: it is always told for itself. */
  tell(news: News, happening: Happening | null): void {
    const at = this.now()
    this.alone = this.alone.filter((shown) => at - shown < newsLasts)
    if (happening === null || this.alone.length < mostAlone) {
      this.alone.push(at)
      this.show(news)
      return
    }
    if (at - this.counted >= newsLasts) this.counts = new Map()
    this.counted = at
    this.counts.set(happening, (this.counts.get(happening) ?? 0) + 1)
    this.show({ text: sentenceFor(this.counts), tone: 'plain' }, 'crowd')
  }
}
