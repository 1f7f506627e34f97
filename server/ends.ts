/** What was begun and has to be ended: the last thing first, and all of them, whichever fails. */
export class Ends {
  private readonly ends: (() => unknown)[] = []

  add(end: () => unknown): void {
    this.ends.push(end)
  }

  /** Throws the first failure, once everything has been tried. A second call finds nothing left. */
  async run(): Promise<void> {
    const failures: unknown[] = []
    for (const end of this.ends.splice(0).reverse()) {
      try {
        await end()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
}
