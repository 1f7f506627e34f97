/** What of a list is selected, by its ids. Ids of what is no longer there stand for nothing. */
export class Selection {
  private ids = $state.raw<ReadonlySet<string>>(new Set())
  /** Where a range begins. */
  private last: string | null = null

  get isEmpty(): boolean {
    return this.ids.size === 0
  }

  has(id: string): boolean {
    return this.ids.has(id)
  }

  /** Turns one over; with `range` all from the last one on take after it, in the order in which they are shown. */
  pick(id: string, shown: readonly string[], { range = false } = {}): void {
    const [from, to] = [shown.indexOf(this.last ?? ''), shown.indexOf(id)].sort((one, other) => one - other)
    const turned = range && from !== undefined && from >= 0 && to !== undefined ? shown.slice(from, to + 1) : [id]
    this.set(turned, !this.has(id))
    this.last = id
  }

  /** All of them, or none where all are selected. */
  pickAll(shown: readonly string[]): void {
    this.set(shown, this.of(shown) !== 'all')
  }

  of(shown: readonly string[]): 'all' | 'some' | 'none' {
    if (this.isEmpty) return 'none'
    const count = shown.reduce((sum, id) => sum + (this.ids.has(id) ? 1 : 0), 0)
    if (count === 0) return 'none'
    return count === shown.length ? 'all' : 'some'
  }

  clear(): void {
    this.ids = new Set()
    this.last = null
  }

  private set(turned: readonly string[], selected: boolean): void {
    const ids = new Set(this.ids)
    for (const id of turned) {
      if (selected) ids.add(id)
      else ids.delete(id)
    }
    this.ids = ids
  }
}
