import type { StripChart, Unit } from '../charts/chart.js'
import { words } from '../charts/ticks.js'
import { slices } from './curve-charts.js'
import type { CaseDigest, Value } from './digest.js'
import { groupsOf, type SeriesEntry } from './series.js'
import { spreadTriple } from './size-charts.js'

interface Kind {
  id: string
  title: string
  workload: CaseDigest['workload']
  value: Value
  unit: Unit
  xName: string
}

const KINDS: readonly Kind[] = [
  {
    id: 'repetitions-p50',
    title: 'p50 of the round trip, every repetition',
    workload: 'ping-pong',
    value: 'p50',
    unit: 'ns',
    xName: 'round trip at p50',
  },
  {
    id: 'repetitions-p99',
    title: 'p99 of the round trip, every repetition',
    workload: 'ping-pong',
    value: 'p99',
    unit: 'ns',
    xName: 'round trip at p99',
  },
  {
    id: 'repetitions-rr-p50',
    title: 'p50 from a request to its answer, every repetition',
    workload: 'rr',
    value: 'p50',
    unit: 'ns',
    xName: 'from request to answer at p50',
  },
  {
    id: 'repetitions-rr-p99',
    title: 'p99 from a request to its answer, every repetition',
    workload: 'rr',
    value: 'p99',
    unit: 'ns',
    xName: 'from request to answer at p99',
  },
  {
    id: 'repetitions-goodput',
    title: 'Goodput of streams, every repetition',
    workload: 'stream',
    value: 'goodput',
    unit: 'bit/s',
    xName: 'goodput (payload at the receiver)',
  },
]

const CAPTION =
  'A dot is a repetition: fresh connections in fresh processes. Boxes reach from quartile to quartile around the median. What lies between the dots of a row is chance, and a difference between rows has to be larger.'
const LOST =
  ' A repetition that lost more messages than the percentile leaves is infinitely late (∞): it has no dot, and its row no box.'

/** More rows than that are another chart. */
const MOST_ROWS = 32

export function stripCharts(entries: readonly SeriesEntry[], place: string): StripChart[] {
  return KINDS.flatMap((kind) => {
    const concerned = groupsOf(
      entries.filter(
        ({ case: c }) => c.workload === kind.workload && c.values[kind.value].length > 0,
      ),
    ).flat()
    return slices(concerned, MOST_ROWS).map((own, i) =>
      chartOf(kind, own, `${place}-${kind.id}-${i + 1}`),
    )
  })
}

function chartOf(kind: Kind, entries: readonly SeriesEntry[], id: string): StripChart {
  const isLossy = entries.some(({ case: c }) => c.values[kind.value].some(isInfinite))
  return {
    kind: 'strip',
    id,
    title: kind.title,
    caption: CAPTION + (isLossy ? LOST : ''),
    unit: kind.unit,
    xName: kind.xName,
    rows: entries.map(({ row, slot, case: c }) => ({
      name: row,
      slot,
      values: c.values[kind.value].map((value) => (isInfinite(value) ? null : value)),
    })),
    table: {
      head: ['', 'n', 'median', 'least', 'greatest', 'all, in their order'],
      rows: entries.map(({ row, case: c }) => {
        const values = c.values[kind.value]
        return [
          row,
          `${values.length}`,
          ...(spreadTriple(values) ?? []).map((value) => words(value, kind.unit)),
          values.map((value) => words(value, kind.unit)).join(', '),
        ]
      }),
    },
  }
}

function isInfinite(value: number): boolean {
  return value === Number.POSITIVE_INFINITY
}
