/** Advance widths of DejaVu Sans, in parts of the font size, to a tenth: the widest of the fonts that charts ask for. */
const WIDTHS: readonly (readonly [letters: string, width: number])[] = [
  [" ',./:;IJ\\ijl|·’", 0.34],
  ['!()-[]frt', 0.4],
  ['"*?_`csz–“”', 0.53],
  ['ABCKNRUVXZ', 0.68],
  ['#&+<=>DGHOQ^w~×→≤≠', 0.82],
  ['%@MWm…', 1],
]
/** Digits and most letters. */
const USUAL = 0.63
/** From here on letters are as wide as they are high (CJK). ECharts takes the height of a line from one of them. */
const FIRST_SQUARE = '\u2e80'
/** How much wider the letters of a heading are. */
const BOLD = 1.13

const KNOWN = new Map(WIDTHS.flatMap(([letters, width]) => [...letters].map((c) => [c, width])))

/** How much room a line of text takes at most, CSS pixels, where nobody can measure it: names must not be cut off in any font. */
export function textWidth(text: string, sizePx = 12, isBold = false): number {
  let parts = 0
  for (const letter of text) parts += KNOWN.get(letter) ?? (letter >= FIRST_SQUARE ? 1 : USUAL)
  return parts * sizePx * (isBold ? BOLD : 1)
}
