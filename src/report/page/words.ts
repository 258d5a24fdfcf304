import { INFINITE } from '../words/quantity.js'

/** `a, b and c` */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** How many times as much, from the least to the most; without a bound where there is none, infinite where no number is enough. */
export function factorWords({ low, high }: { low: number; high: number }): string {
  if (low === Number.POSITIVE_INFINITY) return INFINITE
  return `${boundWords(low)} to ${boundWords(high)}`
}

function boundWords(value: number): string {
  if (!Number.isFinite(value)) return 'any'
  return value >= 10 ? value.toPrecision(3) : value.toFixed(2)
}
