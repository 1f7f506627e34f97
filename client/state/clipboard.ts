/** Whether the text is in the clipboard now: a browser may refuse, and does where the page came over plain http. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
