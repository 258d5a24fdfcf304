import { medianSorted } from '../../median.js'
import type { Case } from '../../plan/case.js'
import { mergeCounts } from '../histogram/histogram.js'
import { latencyOf, samplesOf } from '../histogram/latency.js'
import { percentileWithLoss } from '../histogram/percentile-with-loss.js'
import { completedOf, figuredOf } from '../repetition/completed.js'
import { addConnects, spanOf } from '../repetition/connects.js'
import { addLosses } from '../repetition/loss.js'
import { addNamedHistograms } from '../repetition/named-histograms.js'
import type { PercentileKey, Repetition, Spread, Summary } from '../schema/schema.js'

/**
 * What the repetitions say together. Percentiles come from the merged histograms; the spread is that of the
 * repetitions' own values. Repetitions that did not complete are left out, and those in which nothing arrived, of which there is no figure; where
 * there are no others, those that were cut short have what they have. One that failed has no figure.
 */
export function summarise(c: Case, repetitions: readonly Repetition[]): Summary {
  const completed = completedOf(repetitions)
  const used = figuredOf(repetitions).filter(({ flags }) => !flags.includes('nothing-arrived'))
  const loss = addLosses(used.flatMap((repetition) => repetition.loss ?? []))
  const latencies = used.flatMap(({ latency }) => latency ?? [])
  const hasLatency = c.workload !== 'stream' && latencies.length > 0
  const spread = (pick: (repetition: Repetition) => number | null | undefined) =>
    spreadOf(used.flatMap((repetition) => pick(repetition) ?? []))
  const percentile = (key: PercentileKey) =>
    finite(used.flatMap(({ latency }) => (latency && percentileWithLoss(latency, key)) ?? []))
  return {
    repetitions: completed.length,
    latency: hasLatency
      ? latencyOf(mergeCounts(latencies.map(samplesOf)), loss?.lost ?? 0, spanOf(c))
      : null,
    ...addConnects(c, used),
    ...addNamedHistograms(used),
    loss,
    spread: {
      p50Ns: percentile('p50'),
      p99Ns: percentile('p99'),
      p999Ns: percentile('p999'),
      messagesPerSec: spread(({ throughput }) => throughput?.messagesPerSec),
      goodputBitsPerSec: spread(({ throughput }) => throughput?.goodputBitsPerSec),
      cpuPerMessageNs: {
        client: spread(({ cpu }) => cpu.client?.perMessageNs),
        server: spread(({ cpu }) => cpu.server?.perMessageNs),
      },
    },
  }
}

/** JSON has no infinite number, and without the infinite ones a side that loses would look fast. */
function finite(values: readonly number[]): Spread | null {
  return values.every(Number.isFinite) ? spreadOf(values) : null
}

/** Median (of an even number: the mean of the two in the middle), extremes and number; `null` without values. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [min, max] = [sorted[0], sorted.at(-1)]
  if (min === undefined || max === undefined) return null
  return { median: medianSorted(sorted), min, max, count: sorted.length }
}
