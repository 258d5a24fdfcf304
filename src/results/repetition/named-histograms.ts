import type { RawHistogram } from '../../addon/addon.js'
import { mergeCounts } from '../histogram/histogram.js'
import { latencyOf } from '../histogram/latency.js'
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
  if (byName.size === 0) return {}
  const told = [...byName].map(([name, raw]) => {
    const { spans: _, ...rest } = latencyOf(mergeCounts(raw))
    return [name, rest] as const
  })
  return { histograms: Object.fromEntries(told) }
}
