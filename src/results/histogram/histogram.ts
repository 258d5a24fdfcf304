import { Float64Histogram, type Histogram } from 'hdr-histogram-js'
import type { RawHistogram } from '../../addon/addon.js'
import { medianEquivalent } from './buckets.js'
import { HIGHEST_TRACKABLE_NS, LOWEST_DISCERNIBLE_NS, SIGNIFICANT_DIGITS } from './layout.js'

/** Latencies in ns: hdr-histogram-js holds those in range, and beside it is kept exactly what it rounds or refuses. */
export interface LatencyHistogram extends Omit<RawHistogram, 'indices' | 'counts'> {
  inRange: Histogram
}

/** The addon's counts as a histogram. */
export function histogramOfCounts(raw: CountedSamples): LatencyHistogram {
  return mergeCounts([raw])
}

/** Samples by their buckets, those that are empty left out. */
export interface CountedSamples extends Omit<RawHistogram, 'indices'> {
  indices: Int32Array | Uint32Array
}

/** All samples of all `parts`: what recording them into one would have given. None is made a histogram of its own, which has some 30,000 counts. */
export function mergeCounts(parts: readonly CountedSamples[]): LatencyHistogram {
  const inRange = emptyCounts()
  const merged: LatencyHistogram = {
    ...{ inRange, count: 0, overflow: 0, sumNs: 0, minNs: null, maxNs: null },
  }
  for (const { indices, counts, ...exact } of parts) {
    indices.forEach((index, i) => {
      inRange.recordValueWithCount(inRange.valueFromIndex(index), counts[i] ?? 0)
    })
    merged.count += exact.count
    merged.overflow += exact.overflow
    merged.sumNs += exact.sumNs
    merged.minNs = lesser(merged.minNs, exact.minNs)
    merged.maxNs = greater(merged.maxNs, exact.maxNs)
  }
  return merged
}

/** 64-bit counts that do not grow beyond the range. */
export function emptyCounts(): Float64Histogram {
  return new Float64Histogram(LOWEST_DISCERNIBLE_NS, HIGHEST_TRACKABLE_NS, SIGNIFICANT_DIGITS)
}

function lesser(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.min(a, b)
}

function greater(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.max(a, b)
}

/** Exact mean (sum over count), where the library has that of the buckets; `null` without samples. */
export function meanNs(histogram: LatencyHistogram): number | null {
  return histogram.count > 0 ? histogram.sumNs / histogram.count : null
}

/** Standard deviation from the middle of each bucket, overflow left out; `null` without samples. */
export function stddevNs({ inRange }: LatencyHistogram): number | null {
  if (inRange.totalCount === 0) return null
  // The library's own takes a tenth of a second to begin with. Each of its histograms of counts is one of these.
  const { countsArrayLength, totalCount } = inRange as Float64Histogram
  const sumOf = (term: (ns: number) => number) => {
    let sum = 0
    for (let i = 0; i < countsArrayLength; i++) {
      const count = (inRange as Float64Histogram).getCountAtIndex(i)
      if (count > 0) sum += count * term(medianEquivalent(i))
    }
    return sum
  }
  const mean = sumOf((ns) => ns) / totalCount
  return Math.sqrt(sumOf((ns) => (ns - mean) ** 2) / totalCount)
}
