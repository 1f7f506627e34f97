/** As much of where it goes as may be shown: the host, or the address with its name cut. */
export function hintOf(kind: 'slack' | 'email', target: string): string {
  const hint =
    kind === 'slack' ? new URL(target).host : `${target.slice(0, 1)}…${target.slice(target.lastIndexOf('@'))}`
  return hint.slice(0, 100)
}
