/** Does something again and again while the page can be seen, and as soon as it is seen again. Answers how to stop. */
export function whileVisible(milliseconds: number, act: () => void): () => void {
  const page = new AbortController()
  const timer = setInterval(() => document.hidden || act(), milliseconds)
  document.addEventListener('visibilitychange', () => document.hidden || act(), page)
  return () => {
    clearInterval(timer)
    page.abort()
  }
}
