export type Page = {
  title: string
  what: string
  /** Somebody else's words, line by line. */
  quote?: string[]
  link?: { to: string; words: string }
  small: string
}

/** The HTML of an email. Everything that is given is text, and is escaped here. */
export function page({ title, what, quote = [], link, small }: Page): string {
  const button = link
    ? `<a href="${escaped(link.to)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#4f46c8;color:#fff;text-decoration:none;font-weight:600">${escaped(link.words)}</a>`
    : ''
  const quoted = quote.length
    ? `<p style="margin:0 0 24px;padding-left:12px;border-left:3px solid #e4e4ea;font-size:15px;line-height:1.6">${quote.map(escaped).join('<br>')}</p>\n`
    : ''
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title></head>
<body style="margin:0;background:#f4f4f6;font-family:system-ui,-apple-system,'Segoe UI',sans-serif;color:#1c1c22">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:40px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:480px;background:#fff;border-radius:12px;border:1px solid #e4e4ea">
<tr><td style="padding:32px">
<p style="margin:0 0 24px;font-weight:600;color:#4f46c8">Rollcall</p>
<h1 style="margin:0 0 12px;font-size:22px;line-height:1.3">${escaped(title)}</h1>
<p style="margin:0 0 24px;font-size:15px;line-height:1.6">${escaped(what)}</p>
${quoted}${button}
<p style="margin:24px 0 0;font-size:13px;line-height:1.6;color:#63636e">${escaped(small)}</p>
</td></tr></table></td></tr></table></body></html>`
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
