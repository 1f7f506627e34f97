import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import { most } from './is-readable.ts'
import { textOf, type PageNode } from './text-of.ts'

/** What a page says: empty where it says nothing. `lang` is as the page writes it. */
export type Extract = { title: string; text: string; lang: string }

/** As much of a parsed page as is asked for; the server's types know no browser. */
type Page = {
  documentElement: PageNode & { getAttribute: (name: string) => string | null }
  querySelector: (selector: string) => PageNode | null
}

/** The article of a page, or all of its text where no part of it is one. Nothing of the page runs. */
export function extract(html: string): Extract {
  const whole = /<html[\s>]/i.test(html) ? html : `<html><head></head><body>${html}</body></html>`
  const { document } = parseHTML(whole) as unknown as { document: Page }
  const root = document.documentElement
  const lang = root.getAttribute('lang') ?? ''
  // read first: Readability takes the page apart
  const all = { title: document.querySelector('title')?.textContent ?? '', text: textOf(root) }
  const article = articleOf(document)
  const text = article?.content ? textOf(article.content) : ''
  return { title: article?.title || all.title, text: text || all.text, lang }
}

function articleOf(document: Page) {
  try {
    return new Readability<PageNode>(document as never, {
      maxElemsToParse: most.tags,
      serializer: (root) => root,
    }).parse()
  } catch {
    // built in a way that it does not expect: then the page is its own article
    return null
  }
}
