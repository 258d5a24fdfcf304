import type { Latency, Timed } from '../schema/measures.js'
import { decodeBuckets, encodeHistogram } from './codec.js'
import { type CountedSamples, type LatencyHistogram, meanNs, stddevNs } from './histogram.js'
import { percentilesOf } from './percentiles.js'

/** What a histogram of round trips says, and the histogram itself; `lost` messages beside it. */
export function latencyOf(
  histogram: LatencyHistogram,
  lost = 0,
  spans: Latency['spans'] = 'round-trip',
): Latency {
  const { percentiles, unavailable } = percentilesOf(histogram)
  const withLoss = lost > 0 ? percentilesOf(histogram, lost) : null
  return {
    unit: 'ns',
    spans,
    count: histogram.count,
    overflow: histogram.overflow,
    minNs: histogram.minNs,
    maxNs: histogram.maxNs,
    meanNs: meanNs(histogram),
    stddevNs: stddevNs(histogram),
    percentiles,
    unavailable,
    percentilesWithLoss: withLoss?.percentiles ?? null,
    unavailableWithLoss: withLoss?.unavailable ?? {},
    histogram: encodeHistogram(histogram.inRange),
  }
}

/** The samples kept in a result, with the exact facts beside them. @throws XrbenchError `XRB_BAD_HISTOGRAM` */
export function samplesOf(latency: Timed): CountedSamples {
  return {
    ...decodeBuckets(latency.histogram),
    count: latency.count,
    overflow: latency.overflow,
    minNs: latency.minNs,
    maxNs: latency.maxNs,
    sumNs: (latency.meanNs ?? 0) * latency.count,
  }
}
