import { mostPageText } from '#shared/protocol/agents/knowledge.ts'
import type { Language } from '#shared/languages.ts'
import { withoutInvisible } from '#shared/text.ts'
import type { Outbound } from '../../outbound/request.ts'
import { cutAtWord } from '../passages.ts'
import { decodePage, type PageText } from './decode-page.ts'
import type { Extract } from './extract.ts'
import { fetchPage } from './fetch-page.ts'
import { languageOf } from './language-of.ts'
import { nameOfPage } from './name-of-page.ts'
import { PageProblem } from './page-problem.ts'
import type { PageReader } from './reader.ts'

const mostTitle = 300

export type PageParts = { outbound: Pick<Outbound, 'request'>; reader: Pick<PageReader, 'read'> }
/** `language` is null where the page does not say it, or it is none of ours. */
export type ReadPage = { title: string; content: string; language: Language | null }

/** What a page says to its readers. Rejects with a `PageProblem` where it cannot be read. */
export async function readPage({ outbound, reader }: PageParts, url: string): Promise<ReadPage> {
  const page = decodePage(await fetchPage(outbound, url))
  const { title, text, lang } = await extractOf(page, reader)
  const content = cutAtWord(withoutInvisible(text), mostPageText)
  if (!content) throw new PageProblem('There is no text on it that can be read.')
  const name = withoutInvisible(title.replace(/\s+/g, ' '))
  return { title: cutAtWord(name, mostTitle) || nameOfPage(url), content, language: languageOf(lang) }
}

async function extractOf({ kind, text }: PageText, reader: PageParts['reader']): Promise<Extract> {
  return kind === 'plain' ? { title: '', text, lang: '' } : reader.read(text)
}
