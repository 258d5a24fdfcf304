/** `a, b and c` */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** How many times as much; without a bound where there is none. */
export function factorWords(value: number): string {
  if (!Number.isFinite(value)) return 'any'
  return value >= 10 ? value.toPrecision(3) : value.toFixed(2)
}
