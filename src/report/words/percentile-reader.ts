import { Distribution } from '../../results/histogram/buckets.js'
import { hasEnough, rankAtQuantile } from '../../results/histogram/percentiles.js'
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
    if (!hasEnough(total, oneIn)) return null
    const rank = rankAtQuantile(total, oneIn)
    return rank > count ? null : (distribution.at(rank) ?? maxNs)
  }
}
