/** Black or white: whichever can be read better on a colour `#rrggbb`, by the contrast of WCAG. */
export function inkOn(colour: string): string {
  const light = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255).map(linear)
  const [red = 0, green = 0, blue = 0] = light
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000'
}

function linear(share: number): number {
  return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}
