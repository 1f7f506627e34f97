/** A table as text, by RFC 4180: each line a row, fields between commas, quoted where they hold what would part them. */
export function printCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(quoted).join(',')}\r\n`).join('')
}

/** What a spreadsheet would run as a formula gets an apostrophe in front, and is text then (OWASP, CSV injection). */
export function withoutFormula(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
}

/**
 * The rows of such a text, as forgiving as spreadsheets are different: with or without a mark of its encoding, parted by
 * commas, semicolons or tabs, whichever its first line has most of. Lines in which nothing stands are left out.
 */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  const between = separatorOf(text)
  let row: string[] = []
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    const { field, end } = text[at] === '"' ? quotedAt(text, at) : plainAt(text, at, between)
    const rest = plainAt(text, end, between)
    row.push(field + rest.field)
    at = rest.end
    if (text[at] === between) {
      at += 1
      if (at < text.length) continue
      row.push('')
    }
    at += text.startsWith('\r\n', at) ? 2 : 1
    rows.push(row)
    row = []
  }
  return rows.filter((fields) => fields.some((field) => field.trim() !== ''))
}

function quoted(field: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

function separatorOf(text: string): string {
  const [first = ''] = text.replace(/"(?:[^"]|"")*"/g, '').split(/[\r\n]/)
  const count = (one: string) => first.split(one).length
  return [',', ';', '\t'].reduce((most, one) => (count(one) > count(most) ? one : most))
}

type Read = { field: string; end: number }

/** Up to the closing quote; two of them are one that belongs to the field. */
function quotedAt(text: string, start: number): Read {
  let field = ''
  let from = start + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote < 0) return { field: field + text.slice(from), end: text.length }
    field += text.slice(from, quote)
    if (text[quote + 1] !== '"') return { field, end: quote + 1 }
    field += '"'
    from = quote + 2
  }
}

function plainAt(text: string, start: number, between: string): Read {
  let end = start
  while (end < text.length && text[end] !== between && text[end] !== '\n' && text[end] !== '\r') end += 1
  return { field: text.slice(start, end), end }
}
