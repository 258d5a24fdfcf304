import { type MeasuredCase, measuredCases, type Source } from '../../compare/source.js'
import { decodeHistogram } from '../../results/histogram/codec.js'
import { percentilesOf } from '../../results/histogram/percentiles.js'
import { type Interval, PERCENTILES } from '../../results/schema/measures.js'
import type { Repetition } from '../../results/schema/schema.js'
import { type ExportedValue, valuesOf } from './values.js'

/** What every format of values has of a point beside the value itself. */
export const POINT_COLUMNS = [
  'file',
  'case',
  'place',
  'variant',
  'transport',
  'workload',
  'size_bytes',
  'repetition',
  'order',
  'started_at',
  'status',
] as const

/** A repetition, or an interval of its time series, with what was measured in it. */
export interface ExportedPoint {
  columns: Readonly<Record<(typeof POINT_COLUMNS)[number], string | number>>
  /** `null`: the repetition as a whole. */
  interval: Pick<Interval, 'startNs' | 'durationNs'> | null
  values: readonly ExportedValue[]
}

/** All points of a result, in the order of its cases. */
export function pointsOf(source: Source, isSeries: boolean): ExportedPoint[] {
  return measuredCases(source).flatMap((one) =>
    one.case.repetitions.flatMap((repetition): ExportedPoint[] => {
      const columns = columnsOf(one, repetition)
      if (!isSeries) return [{ columns, interval: null, values: valuesOf(repetition) }]
      return repetition.intervals.map((interval) => ({
        ...{ columns, interval },
        values: valuesOfInterval(interval),
      }))
    }),
  )
}

/** What there is of it: what was not measured is left out. */
export function figuresIn({
  values,
}: ExportedPoint): { metric: string; unit: string; value: number }[] {
  return values.flatMap(([metric, unit, value]) =>
    value === null || value === undefined ? [] : [{ metric, unit, value }],
  )
}

/** Nanoseconds since the epoch, at which it began. */
export function startOf({ columns, interval }: ExportedPoint): bigint {
  const started = BigInt(Date.parse(String(columns.started_at))) * 1_000_000n
  return started + BigInt(Math.round(interval?.startNs ?? 0))
}

function columnsOf(
  { source, case: c, place }: MeasuredCase,
  { index, order, startedAt, status }: Repetition,
): ExportedPoint['columns'] {
  return {
    ...{ file: source.file, case: c.key, place, variant: c.variant ?? '' },
    ...{ transport: c.transport, workload: c.workload },
    size_bytes: c.parameters.requested.messageSizeBytes,
    ...{ repetition: index, order, started_at: startedAt, status },
  }
}

/** Of what lost messages they count as infinitely late, as in a repetition. */
function valuesOfInterval(interval: Interval): ExportedValue[] {
  const { durationNs, messages, bytes, lost = 0, latency } = interval
  const perSecond = durationNs > 0 ? 1e9 / durationNs : null
  const times =
    latency &&
    percentilesOf({ ...latency, inRange: decodeHistogram(latency.histogram), sumNs: 0 }, lost)
  const late = (isLost: boolean, value: number | null | undefined) =>
    isLost ? Number.POSITIVE_INFINITY : value
  return [
    ['messages', '1', messages],
    ['bytes', 'B', bytes],
    ['lost', '1', interval.lost],
    ['goodput', 'bit/s', perSecond && bytes * 8 * perSecond],
    ['message_rate', '1/s', perSecond && messages * perSecond],
    ['samples', '1', latency?.count],
    ['min', 'ns', latency?.minNs],
    ...PERCENTILES.map(({ key }): ExportedValue => {
      const value = late(times?.unavailable[key] === 'lost', times?.percentiles[key])
      return [key, 'ns', value]
    }),
    ['max', 'ns', late(latency !== null && lost > 0, latency?.maxNs)],
  ]
}
