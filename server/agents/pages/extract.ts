import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import { most } from './is-readable.ts'
import { textOf, type PageNode } from './text-of.ts'

/** What a page says: empty where it says nothing. `lang` is as the page writes it. */
export type Extract = { title: string; text: string; lang: string }

/** As much of a document as is asked for here; the server's types know no browser. */
type Page = {
  documentElement: PageNode & { getAttribute: (name: string) => string | null }
  querySelector: (selector: string) => PageNode | null
}

/** The article of a page, or all of its text where no part of it is one. Nothing of the page runs. */
export function extract(html: string): Extract {
  const whole = /<html[\s>]/i.test(html) ? html : `<html><head></head><body>${html}</body></html>`
  const { document } = parseHTML(whole) as { document: Page }
  const lang = document.documentElement.getAttribute('lang') ?? ''
  // read first: Readability takes the page apart
  const title = document.querySelector('title')?.textContent ?? ''
  const text = textOf(document.documentElement)
  const article = articleOf(document)
  return { title: article?.title || title, text: (article?.content && textOf(article.content)) || text, lang }
}

function articleOf(
  document: Page,
): { title?: string | null | undefined; content?: PageNode | null | undefined } | null {
  try {
    const options = { maxElemsToParse: most.tags, serializer: (root: unknown) => root as PageNode }
    return new Readability<PageNode>(document as never, options).parse()
  } catch {
    // built in a way that it does not expect: then the page is its own article
    return null
  }
}
