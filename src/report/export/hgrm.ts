import { decodeHistogram } from '../../results/histogram/codec.js'
import { HIGHEST_TRACKABLE_NS } from '../../results/histogram/layout.js'
import type { CaseResult } from '../../results/schema/schema.js'

/** Ticks for each halving of the distance to 100 %, as HdrHistogram's own tools have by default. */
const TICKS = 5
const NS_PER_US = 1000

/**
 * The percentile distribution of a case in µs, as the HdrHistogram plotter takes it; `null` without latencies. It knows no lost
 * messages, and none beyond its range: they stand at the top of it, later than all others, and a comment says so.
 */
export function exportHgrm({ summary }: CaseResult): string | null {
  if (!summary?.latency) return null
  const counts = decodeHistogram(summary.latency.histogram)
  const { overflow } = summary.latency
  const lost = summary.loss?.lost ?? 0
  if (lost + overflow > 0) counts.recordValueWithCount(HIGHEST_TRACKABLE_NS, lost + overflow)
  const top = HIGHEST_TRACKABLE_NS / NS_PER_US
  const where = `counted at ${top} us, the top of the range, in the mean and the maximum too`
  return [
    counts.outputPercentileDistribution(TICKS, NS_PER_US),
    ...(lost > 0 ? [`#[Lost    = ${lost}: ${where}]\n`] : []),
    ...(overflow > 0 ? [`#[Beyond  = ${overflow}: later than the range, ${where}]\n`] : []),
  ].join('')
}
