/** As much of the DOM as is walked; the server's types know no browser. */
export type PageNode = {
  nodeType: number
  nodeName: string
  textContent: string | null
  firstChild: PageNode | null
  nextSibling: PageNode | null
  parentNode: PageNode | null
}

/** What tags of a page do to the text around them. */
const paragraphs = new Set(
  'address article aside blockquote body dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section summary table ul'.split(
    ' ',
  ),
)
const lines = new Set('br caption li option tr'.split(' '))
const silent = new Set(
  'head iframe noscript object script select style svg template textarea title video audio'.split(' '),
)
const [elementNode, textNode] = [1, 3]

/** The text below a node as a reader sees it: paragraphs with an empty line between them. Walks, and so is no deeper than a loop. */
export function textOf(root: PageNode): string {
  const parts: string[] = []
  let node: PageNode | null = root
  while (node) {
    if (node.nodeType === textNode) parts.push((node.textContent ?? '').replace(/\s+/g, ' '))
    else parts.push(breakBefore(node))
    const name = node.nodeName.toLowerCase()
    if (node.firstChild && !silent.has(name)) node = node.firstChild
    else node = behind(node, root, parts)
  }
  return parts
    .join('')
    .replace(/ {2,}/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** The next node in the order of the page that is not below this one. */
function behind(node: PageNode, root: PageNode, parts: string[]): PageNode | null {
  let at: PageNode | null = node
  while (at && at !== root) {
    parts.push(breakBehind(at))
    if (at.nextSibling) return at.nextSibling
    at = at.parentNode
  }
  return null
}

function breakBefore(node: PageNode): string {
  if (node.nodeType !== elementNode) return ''
  const name = node.nodeName.toLowerCase()
  if (lines.has(name)) return '\n'
  return name === 'td' || name === 'th' ? ' ' : breakBehind(node)
}

function breakBehind(node: PageNode): string {
  return node.nodeType === elementNode && paragraphs.has(node.nodeName.toLowerCase()) ? '\n\n' : ''
}
