/** Whoever listens, until they say that they do not any more. */
export class Listeners<News extends unknown[]> {
  private readonly all = new Set<(...news: News) => void>()

  /** Answers how to stop. */
  add(listener: (...news: News) => void): () => void {
    this.all.add(listener)
    return () => void this.all.delete(listener)
  }

  /** Those who are there now: one who is added or stops meanwhile changes nothing. */
  tell(...news: News): void {
    for (const listener of [...this.all]) listener(...news)
  }
}
