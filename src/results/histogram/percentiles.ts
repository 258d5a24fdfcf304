import { PERCENTILES, type PercentileReasons, type Percentiles } from '../schema/measures.js'
import type { LatencyHistogram } from './histogram.js'

/** Samples that must lie beyond a percentile before it is a number. */
const SAMPLES_BEYOND = 10

/** Samples that the quantile `1 - 1/oneIn` needs. */
export function samplesNeeded(oneIn: number): number {
  return SAMPLES_BEYOND * oneIn
}

/** Whether there are as many; `oneIn` may be a power of ten that came out a hair too large. */
export function hasEnough(total: number, oneIn: number): boolean {
  return total >= samplesNeeded(oneIn) * (1 - 1e-9)
}

/** Less than a rank, more than what rounding makes of a quotient. */
const HAIR_OF_RANK = 1e-6

/**
 * Which of `total` messages, the first of them 1, is at the quantile `1 - 1/oneIn`: ceil(total × (1 - 1/oneIn)). What is left above is counted, and by a
 * hair more, so that no rounding moves it: `oneIn` need not be whole.
 */
export function rankAtQuantile(total: number, oneIn: number): number {
  return Math.max(1, total - Math.floor(total / oneIn + HAIR_OF_RANK))
}

/**
 * The value at the quantile `1 - 1/oneIn` among `total` messages, those beyond the samples being infinitely
 * late: the highest value equivalent to it, as HdrHistogram says it. A sample beyond the range is
 * bounded by the maximum. `null` when it falls among the lost, or when there is nothing.
 */
export function valueAtQuantile(
  histogram: LatencyHistogram,
  oneIn: number,
  total = histogram.count,
): number | null {
  const rank = rankAtQuantile(total, oneIn)
  if (rank > histogram.count) return null
  const { inRange } = histogram
  if (rank > inRange.totalCount) return histogram.maxNs
  // The library rounds up to a whole rank: from half a rank below, no rounding of the percentile moves it.
  return inRange.getValueAtPercentile((100 * (rank - 0.5)) / inRange.totalCount)
}

interface PercentileSet {
  percentiles: Percentiles
  unavailable: PercentileReasons
}

/** All percentiles of `histogram`, with `lost` messages counted as infinitely late; a reason for each that is null. */
export function percentilesOf(histogram: LatencyHistogram, lost = 0): PercentileSet {
  const total = histogram.count + lost
  const percentiles: Percentiles = {
    p50: null,
    p90: null,
    p99: null,
    p999: null,
    p9999: null,
    p99999: null,
  }
  const unavailable: PercentileReasons = {}
  for (const { key, oneIn } of PERCENTILES) {
    if (!hasEnough(total, oneIn)) {
      unavailable[key] = `too few samples: needs ${samplesNeeded(oneIn)}, has ${total}`
      continue
    }
    percentiles[key] = valueAtQuantile(histogram, oneIn, total)
    if (percentiles[key] === null) unavailable[key] = 'lost'
  }
  return { percentiles, unavailable }
}
