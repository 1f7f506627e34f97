let message = $state('')

/** What screen readers are told politely, without anything taking the focus. */
export const announcer = {
  get message(): string {
    return message
  },
  say(text: string): void {
    message = text
  },
}
