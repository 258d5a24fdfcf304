import { median } from '../../median.js'

/** Of fewer intervals nothing can be said: a third of them is hardly one. */
const MIN_INTERVALS = 6
/** A start that lies off the rest by less does no harm. */
const TOLERANCE = 0.05
/** Deviations that scatter alone hardly ever gives. */
const DEVIATIONS = 4

/**
 * Whether what was measured began before the path was steady: the first third of `rates` lies off the rest by more than 5 %, and by more than
 * four median deviations of the rest. Those are taken from the line through the rest, or a ramp that goes on to
 * the end would hide itself in its own scatter. `null`: too few intervals to say.
 * @param rates of intervals of equal length, in their order
 */
export function beginsUnsteadily(rates: readonly number[]): boolean | null {
  if (rates.length < MIN_INTERVALS) return null
  const third = Math.floor(rates.length / 3)
  const rest = rates.slice(third)
  const level = median(rest)
  const off = Math.abs(median(rates.slice(0, third)) - level)
  return off > Math.max(TOLERANCE * level, DEVIATIONS * scatterAboutLine(rest))
}

/** Median absolute deviation from the line of the median slope (Theil and Sen). */
function scatterAboutLine(values: readonly number[]): number {
  const slopes = values.flatMap((value, i) =>
    values.slice(i + 1).map((later, j) => (later - value) / (j + 1)),
  )
  const slope = median(slopes)
  const flat = values.map((value, i) => value - slope * i)
  const level = median(flat)
  return median(flat.map((value) => Math.abs(value - level)))
}
