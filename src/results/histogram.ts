import type { RawHistogram } from '../addon/addon.js'

/**
 * The bucket layout of HdrHistogram for a lowest value of 1 ns and 3 significant digits: values below
 * 2,048 have a count each; above, every doubling is cut into 1,024 equal steps (at most 0.1 % wide).
 */
export const SIGNIFICANT_DIGITS = 3
/** End of the smallest HDR range above 60 s: 2^36 - 1 ns, about 68.7 s. */
export const HIGHEST_TRACKABLE_NS = 2 ** 36 - 1
/** Length of HdrHistogram's counts array for this range. */
export const COUNTS_LENGTH = 27_648

const HALF = 1_024
const HALF_MAGNITUDE = 10

/** Index of the count that holds `valueNs`, a whole number from 0 to {@link HIGHEST_TRACKABLE_NS}. */
export function indexOfValue(valueNs: number): number {
  // The high word's leading zeros give the magnitude exactly, where a floating-point log2 may round.
  const high = Math.floor(valueNs / 2 ** 32)
  const magnitude = high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(valueNs)
  const bucket = Math.max(0, magnitude - HALF_MAGNITUDE)
  return bucket * HALF + Math.floor(valueNs / 2 ** bucket)
}

/** Lowest value counted at `index`. */
export function lowestValueAt(index: number): number {
  const bucket = Math.max(0, Math.floor(index / HALF) - 1)
  return (index - bucket * HALF) * 2 ** bucket
}

/** Highest value counted at `index`: what a percentile that falls there is said to be. */
export function highestValueAt(index: number): number {
  return lowestValueAt(index + 1) - 1
}

/** Middle of the values counted at `index`, rounded as HdrHistogram does. */
export function middleValueAt(index: number): number {
  const lowest = lowestValueAt(index)
  return lowest + Math.floor((lowestValueAt(index + 1) - lowest) / 2)
}

/** A histogram without samples. */
export function emptyHistogram(): RawHistogram {
  return {
    indices: new Int32Array(0),
    counts: new Float64Array(0),
    count: 0,
    overflow: 0,
    minNs: null,
    maxNs: null,
    sumNs: 0,
  }
}

/** All samples of all `histograms`: what recording them into one would have given. */
export function mergeHistograms(histograms: readonly RawHistogram[]): RawHistogram {
  const dense = new Float64Array(COUNTS_LENGTH)
  const merged = emptyHistogram()
  for (const histogram of histograms) {
    histogram.indices.forEach((index, i) => {
      dense[index] = (dense[index] ?? 0) + (histogram.counts[i] ?? 0)
    })
    merged.count += histogram.count
    merged.overflow += histogram.overflow
    merged.sumNs += histogram.sumNs
    merged.minNs = lesser(merged.minNs, histogram.minNs)
    merged.maxNs = greater(merged.maxNs, histogram.maxNs)
  }
  return { ...merged, ...sparse(dense) }
}

/** The counts above zero and where they are. */
function sparse(dense: Float64Array): Pick<RawHistogram, 'indices' | 'counts'> {
  const indices: number[] = []
  dense.forEach((count, index) => {
    if (count > 0) indices.push(index)
  })
  return {
    indices: Int32Array.from(indices),
    counts: Float64Array.from(indices, (index) => dense[index] ?? 0),
  }
}

function lesser(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.min(a, b)
}

function greater(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.max(a, b)
}

/** Exact mean (sum over count); `null` without samples. */
export function meanNs(histogram: RawHistogram): number | null {
  return histogram.count > 0 ? histogram.sumNs / histogram.count : null
}

/** Standard deviation from the middle of each bucket, overflow left out; `null` without samples. */
export function stddevNs(histogram: RawHistogram): number | null {
  const inRange = histogram.count - histogram.overflow
  if (inRange <= 0) return null
  let sum = 0
  histogram.indices.forEach((index, i) => {
    sum += middleValueAt(index) * (histogram.counts[i] ?? 0)
  })
  const mean = sum / inRange
  let squares = 0
  histogram.indices.forEach((index, i) => {
    squares += (middleValueAt(index) - mean) ** 2 * (histogram.counts[i] ?? 0)
  })
  return Math.sqrt(squares / inRange)
}
