/** What a page is called until it has told its own title: where it is. */
export function nameOfPage(url: string): string {
  const { host, pathname } = new URL(url)
  return [...(host + pathname.replace(/\/$/, ''))].slice(0, 300).join('')
}
