/** By it the job that reads a page is replaced and withdrawn. */
export function fetchKey(resourceId: string): string {
  return `fetch:${resourceId}`
}
