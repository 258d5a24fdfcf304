import { decodeHistogram } from '../../results/histogram/codec.js'
import { HIGHEST_TRACKABLE_NS } from '../../results/histogram/layout.js'
import { figuredOf } from '../../results/repetition/completed.js'
import { addNamedHistograms } from '../../results/repetition/named-histograms.js'
import type { NamedHistograms } from '../../results/schema/measures.js'
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
  const { histogram, overflow } = summary.latency
  const lost = summary.loss?.lost ?? 0
  const top = HIGHEST_TRACKABLE_NS / NS_PER_US
  const where = `counted at ${top} us, the top of the range, in the mean and the maximum too`
  return [
    distributionOf(histogram, lost + overflow),
    ...(lost > 0 ? [`#[Lost    = ${lost}: ${where}]\n`] : []),
    ...(overflow > 0 ? [`#[Beyond  = ${overflow}: later than the range, ${where}]\n`] : []),
  ].join('')
}

/** The same of what was timed besides the latency; `null` where the case has nothing of that name. */
export function exportNamedHgrm(c: CaseResult, name: string): string | null {
  const timed = Object.entries(namedHistogramsIn(c)).find(([own]) => own === name)?.[1]
  return timed === undefined ? null : distributionOf(timed.histogram, timed.overflow)
}

/** What a case has timed besides its latency. Of older files it is in the repetitions alone. */
export function namedHistogramsIn({ summary, repetitions }: CaseResult): NamedHistograms {
  return summary?.histograms ?? addNamedHistograms(figuredOf(repetitions)).histograms ?? {}
}

/** `beyond`: samples at the top of the range. */
function distributionOf(histogram: string, beyond: number): string {
  const inRange = decodeHistogram(histogram)
  if (beyond > 0) inRange.recordValueWithCount(HIGHEST_TRACKABLE_NS, beyond)
  return inRange.outputPercentileDistribution(TICKS, NS_PER_US)
}
