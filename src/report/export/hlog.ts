import { type MeasuredCase, measuredCases, type Source } from '../../compare/source.js'
import { caseTitle } from '../../results/document/case-name.js'
import { decodeHistogram, encodeHistogram } from '../../results/histogram/codec.js'
import { emptyCounts } from '../../results/histogram/histogram.js'
import { HIGHEST_TRACKABLE_NS } from '../../results/histogram/layout.js'
import type { Timed } from '../../results/schema/measures.js'
import type { CaseResult, Repetition } from '../../results/schema/schema.js'

/**
 * A histogram log, version 1.3, as HdrHistogram's own tools read it: a line for each interval of each repetition. Of one case they have no tag, for lines
 * with one are left out by those tools unless it is named; of several they are tagged `case#repetition`. Times are seconds since the start of the first run; maxima are milliseconds, as is usual there. It knows no lost
 * messages: those of a repetition have a line of their own, at the top of the range, later than all others; samples beyond the range stand there in
 * their own lines; comments say so. What is timed besides the latency has a line for the whole repetition, tagged `name`, or
 * `case#repetition:name`.
 */
export function exportHlog(sources: readonly Source[]): string {
  const start = sources
    .flatMap(({ doc }) => [doc, ...doc.cases.flatMap(({ repetitions }) => repetitions)])
    .reduce((least, { startedAt }) => Math.min(least, Date.parse(startedAt)), Infinity)
  const cases = sources.flatMap(measuredCases).filter((one) => hasTimes(one.case))
  const isTagged = cases.length > 1
  const lines = cases.flatMap(({ case: one, place }) =>
    one.repetitions.flatMap((repetition) => {
      const tag = isTagged ? tagOf(one, place, repetition) : null
      return [
        ...[...lostOf(repetition), ...intervalsOf(repetition)].map((piece) =>
          lineOf(tag, start, repetition, piece),
        ),
        ...namedOf(repetition).map(([name, piece]) =>
          lineOf(tag === null ? name : `${tag}:${name}`, start, repetition, piece),
        ),
      ]
    }),
  )
  const isLossy = sources.some(({ doc }) =>
    doc.cases.some(({ repetitions }) => repetitions.some((one) => lostOf(one).length > 0)),
  )
  const goesBeyond = sources.some(({ doc }) =>
    doc.cases.some(({ repetitions }) =>
      repetitions.some((one) => (one.latency?.overflow ?? 0) > 0),
    ),
  )
  return [
    '#[Written by xrbench]',
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${(start / 1000).toFixed(3)} (seconds since epoch), ${new Date(start).toISOString()}]`,
    ...(isLossy
      ? [
          `#[Lost messages have a line of their own before those of their repetition, at the top of the range: ${HIGHEST_TRACKABLE_NS / 1e6} ms]`,
        ]
      : []),
    ...(goesBeyond
      ? [`#[Samples beyond the range are counted at its top: ${HIGHEST_TRACKABLE_NS / 1e6} ms]`]
      : []),
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...lines,
    '',
  ].join('\n')
}

/** Whether a log has anything of a case. */
export function hasTimes({ repetitions }: CaseResult): boolean {
  return repetitions.some(
    (one) => intervalsOf(one).length > 0 || lostOf(one).length > 0 || namedOf(one).length > 0,
  )
}

function tagOf(one: CaseResult, place: MeasuredCase['place'], { index }: Repetition): string {
  const name = `${place === 'lab' ? 'lab:' : ''}${caseTitle(one)}#${index}`
  return name.replaceAll(/[,"\s]/g, '_')
}

interface Piece {
  startNs: number
  durationNs: number
  maxNs: number
  histogram: string
}

/** The intervals, or the repetition as a whole where it has none. */
function intervalsOf({ intervals, latency, durationNs }: Repetition): Piece[] {
  const pieces = intervals.flatMap(({ startNs, durationNs: length, latency: one }) =>
    one === null
      ? []
      : [{ startNs, durationNs: length, maxNs: one.maxNs ?? 0, histogram: withBeyond(one) }],
  )
  if (pieces.length > 0 || latency === null) return pieces
  return [wholeOf(latency, durationNs)]
}

/** What is timed besides the latency, by its name; it has no intervals. */
function namedOf({ histograms, durationNs }: Repetition): [name: string, piece: Piece][] {
  return Object.entries(histograms ?? {}).map(([name, timed]) => [name, wholeOf(timed, durationNs)])
}

function wholeOf(timed: Timed, durationNs: number | null): Piece {
  return {
    startNs: 0,
    durationNs: durationNs ?? 0,
    maxNs: timed.maxNs ?? 0,
    histogram: withBeyond(timed),
  }
}

/** With the samples beyond the range, which are in no histogram of a result. */
function withBeyond({ histogram, overflow }: Pick<Timed, 'histogram' | 'overflow'>): string {
  if (overflow === 0) return histogram
  const counts = decodeHistogram(histogram)
  counts.recordValueWithCount(HIGHEST_TRACKABLE_NS, overflow)
  return encodeHistogram(counts)
}

/** What was lost, wherever in the repetition it was, where it is latest. */
function lostOf({ latency, loss, durationNs }: Repetition): Piece[] {
  const lost = loss?.lost ?? 0
  if (latency === null || lost === 0) return []
  const histogram = emptyCounts()
  histogram.recordValueWithCount(HIGHEST_TRACKABLE_NS, lost)
  return [
    {
      startNs: 0,
      durationNs: durationNs ?? 0,
      maxNs: HIGHEST_TRACKABLE_NS,
      histogram: encodeHistogram(histogram),
    },
  ]
}

function lineOf(
  tag: string | null,
  startMs: number,
  { startedAt }: Repetition,
  piece: Piece,
): string {
  const seconds = (Date.parse(startedAt) - startMs) / 1000 + piece.startNs / 1e9
  const length = piece.durationNs / 1e9
  const begin = tag === null ? '' : `Tag=${tag},`
  return `${begin}${seconds.toFixed(3)},${length.toFixed(3)},${(piece.maxNs / 1e6).toFixed(3)},${piece.histogram}`
}
