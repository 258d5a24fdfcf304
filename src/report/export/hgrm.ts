import { decodeHistogram } from '../../results/histogram/codec.js'
import { HIGHEST_TRACKABLE_NS } from '../../results/histogram/layout.js'
import type { CaseResult } from '../../results/schema/schema.js'

/** Ticks for each halving of the distance to 100 %, as HdrHistogram's own tools have by default. */
const TICKS = 5
const NS_PER_US = 1000

/**
 * The percentile distribution of a case in µs, as the HdrHistogram plotter takes it; `null` without latencies. It knows no lost
 * messages: they stand at the top of the range, later than all others, and a comment says so.
 */
export function exportHgrm({ summary }: CaseResult): string | null {
  if (!summary?.latency) return null
  const inRange = decodeHistogram(summary.latency.histogram)
  const lost = summary.loss?.lost ?? 0
  if (lost === 0) return inRange.outputPercentileDistribution(TICKS, NS_PER_US)
  inRange.recordValueWithCount(HIGHEST_TRACKABLE_NS, lost)
  const top = HIGHEST_TRACKABLE_NS / NS_PER_US
  return `${inRange.outputPercentileDistribution(TICKS, NS_PER_US)}#[Lost    = ${lost}: counted at ${top} us, the top of the range, in the mean and the maximum too]\n`
}
