import type { Mark, RawHistogram } from '../../addon/addon.js'
import { encodeHistogram } from '../histogram/codec.js'
import { histogramOfCounts } from '../histogram/histogram.js'
import type { Interval } from '../schema/measures.js'
import type { MeasuredLink } from './measured-links.js'

/**
 * The time series of the measured phase. All connections have their marks at the same instants, and are added interval by interval; the
 * series is as long as the longest of them, so that its sums are those of the repetition.
 * @param countsLosses the marks know what was lost
 */
export function intervalsOf(links: readonly MeasuredLink[], countsLosses: boolean): Interval[] {
  const all = links.map(({ decider }) =>
    linkIntervals(decider.marks, decider.intervalLatencies, countsLosses),
  )
  const coarsestNs = Math.max(...all.map(([first]) => first?.durationNs ?? 0))
  const series = all.map((one) => coarsened(one, coarsestNs))
  const longest = series.reduce<Interval[]>((a, b) => (b.length > a.length ? b : a), [])
  return longest.map((interval, i) => {
    const all = series.flatMap((one) => one[i] ?? [])
    return {
      ...interval,
      messages: all.reduce((sum, one) => sum + one.messages, 0),
      bytes: all.reduce((sum, one) => sum + one.bytes, 0),
      ...lostOf(all),
    }
  })
}

/** What was lost in all of them; nothing is said where they do not know. */
function lostOf(intervals: readonly Interval[]): Pick<Interval, 'lost'> {
  const known = intervals.flatMap(({ lost }) => lost ?? [])
  return known.length === 0 ? {} : { lost: known.reduce((sum, lost) => sum + lost, 0) }
}

/** Intervals grow to twice their length where there are too many: a direction that takes longer has longer ones. */
function coarsened(series: readonly Interval[], lengthNs: number): Interval[] {
  const together = Math.round(lengthNs / (series[0]?.durationNs ?? lengthNs))
  if (together <= 1) return [...series]
  const groups = Array.from({ length: Math.ceil(series.length / together) }, (_, i) =>
    series.slice(i * together, (i + 1) * together),
  )
  const sum = (group: Interval[], of: 'durationNs' | 'messages' | 'bytes') =>
    group.reduce((total, one) => total + one[of], 0)
  return groups.map((group) => ({
    startNs: group[0]?.startNs ?? 0,
    durationNs: sum(group, 'durationNs'),
    messages: sum(group, 'messages'),
    bytes: sum(group, 'bytes'),
    ...lostOf(group),
    // Of round trips, which one connection alone has.
    latency: null,
  }))
}

/** The time series of one connection; its first interval starts at 0. */
export function linkIntervals(
  marks: readonly Mark[],
  latencies: readonly RawHistogram[],
  countsLosses: boolean,
): Interval[] {
  const start = marks[0]?.timeNs ?? 0
  return marks.slice(1).map((mark, i) => {
    const before = marks[i] ?? mark
    const latency = latencies[i]
    return {
      startNs: before.timeNs - start,
      durationNs: mark.timeNs - before.timeNs,
      messages: mark.messages - before.messages,
      bytes: mark.bytes - before.bytes,
      // A gap that closes takes its loss back, which may be that of an interval before.
      ...(countsLosses && { lost: Math.max(0, mark.lost - before.lost) }),
      latency: latency === undefined ? null : intervalLatency(latency),
    }
  })
}

function intervalLatency(raw: RawHistogram): NonNullable<Interval['latency']> {
  const { inRange, count, overflow, minNs, maxNs } = histogramOfCounts(raw)
  return { count, overflow, minNs, maxNs, histogram: encodeHistogram(inRange) }
}

/**
 * What was done in each whole interval, per second: bytes where any were counted, else messages. The last interval is the rest of the
 * measured phase, and left out where it is shorter than half of the others.
 */
export function intervalRates(
  intervals: readonly Pick<Interval, 'durationNs' | 'messages' | 'bytes'>[],
): number[] {
  const longest = Math.max(0, ...intervals.map(({ durationNs }) => durationNs))
  const hasBytes = intervals.some(({ bytes }) => bytes > 0)
  return intervals
    .filter(({ durationNs }) => durationNs > longest / 2)
    .map(({ durationNs, messages, bytes }) => ((hasBytes ? bytes : messages) / durationNs) * 1e9)
}
