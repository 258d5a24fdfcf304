import { Distribution } from '../../results/histogram/buckets.js'
import { samplesNeeded } from '../../results/histogram/percentiles.js'
import type { Latency } from '../../results/schema/schema.js'

/**
 * Reads a curve at a depth of d tenfolds, the quantile 1 - 10^-d over all messages, ns: `null` where fewer than ten lie beyond, and among the `lost`,
 * which count as infinitely late.
 */
export function percentileReader(
  { histogram, count, maxNs }: Latency,
  lost: number,
): (depth: number) => number | null {
  const distribution = new Distribution(histogram)
  const total = count + lost
  return (depth) => {
    const oneIn = 10 ** depth
    if (total < samplesNeeded(oneIn) * (1 - 1e-9)) return null
    const rank = Math.max(1, Math.ceil(total - total / oneIn - 1e-6))
    return rank > count ? null : (distribution.at(rank) ?? maxNs)
  }
}
