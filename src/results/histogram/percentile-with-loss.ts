import type { Latency, PercentileKey } from '../schema/measures.js'

/**
 * A percentile over all messages, those that were lost counted as infinitely late, ns: `Infinity` where it falls among them. Over those that
 * came back alone, losing the slow ones would look like being fast. `null`: too few messages.
 */
export function percentileWithLoss(latency: Latency, key: PercentileKey): number | null {
  const { percentiles, percentilesWithLoss, unavailableWithLoss } = latency
  if (percentilesWithLoss === null) return percentiles[key]
  if (unavailableWithLoss[key] === 'lost') return Number.POSITIVE_INFINITY
  return percentilesWithLoss[key]
}

/** The greatest, in the same way: infinite as soon as one was lost. */
export function maxWithLoss({ maxNs, percentilesWithLoss }: Latency): number | null {
  return percentilesWithLoss === null ? maxNs : Number.POSITIVE_INFINITY
}

/** The mean, in the same way. */
export function meanWithLoss({ meanNs, percentilesWithLoss }: Latency): number | null {
  return percentilesWithLoss === null ? meanNs : Number.POSITIVE_INFINITY
}
