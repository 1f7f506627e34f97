export function print(text = ''): void {
  process.stdout.write(`${text}\n`)
}

/** A line of a table: its name, then columns that end at the same place. */
export function row(name: string, columns: string[], width = 10): void {
  print(`${name.padEnd(38)}${columns.map((text) => text.padStart(width)).join('')}`)
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}

export function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`
}
