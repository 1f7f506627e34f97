/** Why a page could not be read, in a sentence for people. `passing`: it may well be readable in a moment. */
export class PageProblem extends Error {
  readonly passing: boolean

  constructor(sentence: string, passing = false) {
    super(sentence)
    this.passing = passing
  }
}
