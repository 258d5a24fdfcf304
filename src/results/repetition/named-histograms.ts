import type { RawHistogram } from '../../addon/addon.js'
import { type CountedSamples, mergeCounts } from '../histogram/histogram.js'
import { latencyOf, samplesOf } from '../histogram/latency.js'
import type { NamedHistograms } from '../schema/measures.js'
import type { MeasuredLink } from './measured-links.js'

/** What was timed besides the latency, by name, all connections and both ends added; nothing at all where there is nothing else. */
export function namedHistogramsOf(links: readonly MeasuredLink[]): {
  histograms?: NamedHistograms
} {
  const byName = new Map<string, RawHistogram[]>()
  for (const { decider, server } of links) {
    for (const end of [decider, server?.link]) {
      for (const [name, histogram] of Object.entries(end?.histograms ?? {}))
        byName.set(name, [...(byName.get(name) ?? []), histogram])
    }
  }
  return mergedByName(byName)
}

/** Those of several repetitions, each name of its own. */
export function addNamedHistograms(
  repetitions: readonly { histograms?: NamedHistograms | undefined }[],
): { histograms?: NamedHistograms } {
  const byName = new Map<string, CountedSamples[]>()
  for (const { histograms } of repetitions) {
    for (const [name, timed] of Object.entries(histograms ?? {}))
      byName.set(name, [...(byName.get(name) ?? []), samplesOf(timed)])
  }
  return mergedByName(byName)
}

function mergedByName(byName: ReadonlyMap<string, readonly CountedSamples[]>): {
  histograms?: NamedHistograms
} {
  if (byName.size === 0) return {}
  const told = [...byName].map(([name, parts]) => {
    const { spans: _, ...rest } = latencyOf(mergeCounts(parts))
    return [name, rest] as const
  })
  return { histograms: Object.fromEntries(told) }
}
