import type { Case } from '../../plan/case.js'
import { histogramOfCounts, mergeCounts } from '../histogram/histogram.js'
import { latencyOf, samplesOf } from '../histogram/latency.js'
import type { Connects, Latency } from '../schema/measures.js'
import type { MeasuredLink } from './measured-links.js'

/** What the latency of a workload spans. */
export function spanOf({ workload }: Pick<Case, 'workload'>): Latency['spans'] {
  return workload === 'connect' ? 'connect' : 'round-trip'
}

/** How the connections of one repetition came about; nothing at all for another workload. */
export function connectsOf(
  c: Case,
  links: readonly MeasuredLink[],
): { connects?: Connects | null } {
  if (c.workload !== 'connect') return {}
  const found = links[0]?.decider.connects
  if (!found) return { connects: null }
  const { handshake, ...counts } = found
  return {
    connects: { ...counts, handshake: latencyOf(histogramOfCounts(handshake), 0, 'handshake') },
  }
}

/** Those of several repetitions. */
export function addConnects(
  c: Case,
  repetitions: readonly { connects?: Connects | null | undefined }[],
): { connects?: Connects | null } {
  if (c.workload !== 'connect') return {}
  const all = repetitions.flatMap(({ connects }) => connects ?? [])
  if (all.length === 0) return { connects: null }
  const sum = (of: 'made' | 'resumed' | 'earlyData') => all.reduce((n, one) => n + one[of], 0)
  const merged = mergeCounts(all.map(({ handshake }) => samplesOf(handshake)))
  return {
    connects: {
      ...{ made: sum('made'), resumed: sum('resumed'), earlyData: sum('earlyData') },
      handshake: latencyOf(merged, 0, 'handshake'),
    },
  }
}
