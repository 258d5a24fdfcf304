import type { Spread } from '../../results/schema/schema.js'
import { ABSENT, digits, time } from './quantity.js'

/** How far the repetitions lie apart: half of their range, as a part of their median. `–` of one alone. */
export function deviation(spread: Spread | null | undefined): string {
  if (!spread || spread.count < 2 || spread.median <= 0) return ABSENT
  const percent = ((spread.max - spread.min) / 2 / spread.median) * 100
  return `±${digits(percent, percent >= 100 ? 3 : 2)} %`
}

/** The least and the greatest of the repetitions, in one unit where that leaves two digits of the least: `0.15–3.10 ms`. */
export function timeRange(spread: Spread | null | undefined): string {
  if (!spread || spread.count < 2) return ABSENT
  const [low, high] = [time(spread.min), time(spread.max)]
  if (low === high) return high
  const [most = '', unit = ''] = high.split(' ')
  const perUnit = spread.max / Number(most)
  const decimals = most.split('.')[1]?.length ?? 0
  const least = (spread.min / perUnit).toFixed(decimals)
  return Number(least) * 10 ** decimals < 10 ? `${low}–${high}` : `${least}–${most} ${unit}`
}
