import { histogramOf } from '../results/latency.js'
import type { CaseResult } from '../results/schema.js'

/** Ticks for each halving of the distance to 100 %, as HdrHistogram's own tools have by default. */
const TICKS = 5
const NS_PER_US = 1000

/** The percentile distribution of a case in µs, as the HdrHistogram plotter takes it; `null` without latencies. */
export function exportHgrm({ summary }: CaseResult): string | null {
  if (!summary?.latency) return null
  return histogramOf(summary.latency).inRange.outputPercentileDistribution(TICKS, NS_PER_US)
}
