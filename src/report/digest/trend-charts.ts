import type { Place } from '../../plan/case.js'
import type { TrendChart, Unit } from '../charts/chart.js'
import { SLOTS } from '../charts/look.js'
import { sizeWords, words } from '../charts/ticks.js'
import type { CaseDigest, Digest, Value } from './digest.js'
import { variantSlots } from './series.js'
import { spreadTriple } from './size-charts.js'

interface Kind {
  id: string
  title: string
  workload: CaseDigest['workload']
  value: Value
  unit: Unit
  yName: string
}

const KINDS: readonly Kind[] = [
  {
    id: 'trend-p50',
    title: 'p50 of the round trip',
    workload: 'ping-pong',
    value: 'p50',
    unit: 'ns',
    yName: 'round trip at p50',
  },
  {
    id: 'trend-p99',
    title: 'p99 of the round trip',
    workload: 'ping-pong',
    value: 'p99',
    unit: 'ns',
    yName: 'round trip at p99',
  },
  {
    id: 'trend-rr-p99',
    title: 'p99 from a request to its answer',
    workload: 'rr',
    value: 'p99',
    unit: 'ns',
    yName: 'from request to answer at p99',
  },
  {
    id: 'trend-goodput',
    title: 'Goodput of streams',
    workload: 'stream',
    value: 'goodput',
    unit: 'bit/s',
    yName: 'goodput',
  },
]
const MOST_TABLE_ROWS = 100

/** The course over results, where there are more than can be told apart by their colours. */
export function trendCharts(digests: readonly Digest[], place: Place): TrendChart[] {
  if (digests.length <= SLOTS) return []
  const ordered = digests.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
  const slots = variantSlots(digests.flatMap(({ cases }) => cases))
  return KINDS.flatMap((kind) => {
    const sizes = new Map<number, Map<string, TrendChart['lines'][number]>>()
    ordered.forEach(({ cases }, i) => {
      for (const { place: where, workload, bytes, variant, values } of cases) {
        const spread =
          where === place && workload === kind.workload ? spreadTriple(values[kind.value]) : null
        if (spread === null) continue
        const lines = sizes.get(bytes) ?? new Map<string, TrendChart['lines'][number]>()
        sizes.set(bytes, lines)
        const line = lines.get(variant) ?? {
          name: variant,
          slot: slots.get(variant) ?? 0,
          points: [],
        }
        lines.set(variant, line)
        line.points.push([i + 1, ...spread])
      }
    })
    return [...sizes]
      .sort(([a], [b]) => a - b)
      .map(([bytes, lines]) =>
        chartOf(kind, `${place}-${kind.id}-${bytes}`, bytes, [...lines.values()], ordered),
      )
  })
}

function chartOf(
  kind: Kind,
  id: string,
  bytes: number,
  lines: TrendChart['lines'],
  ordered: readonly Digest[],
): TrendChart {
  const drawn = lines.map((line) => ({
    ...line,
    points: line.points.filter((point) => point.every(Number.isFinite)),
  }))
  const isLossy = lines.some(({ points }, i) => points.length > (drawn[i]?.points.length ?? 0))
  const rows = lines.flatMap(({ name, points }) =>
    points.map(([at, ...spread]) => [
      name,
      `${at}`,
      ordered[at - 1]?.name ?? '',
      ...spread.map((value) => words(value, kind.unit)),
    ]),
  )
  const left = rows.length - MOST_TABLE_ROWS
  return {
    kind: 'trend',
    id,
    title: `${kind.title}, ${sizeWords(bytes)}`,
    caption: `The line is the median repetition of each result, the area reaches from its least to its greatest.${
      isLossy
        ? ' Where a repetition lost more messages than the percentile leaves, it is infinitely late (∞), and in the table alone.'
        : ''
    }${
      left > 0 ? ` The table ends after ${MOST_TABLE_ROWS} rows; xrbench export --csv has all.` : ''
    }`,
    unit: kind.unit,
    yName: kind.yName,
    results: ordered.length,
    lines: drawn,
    table: {
      head: ['', 'number', 'result', 'median', 'least', 'greatest'],
      rows: rows.slice(0, MOST_TABLE_ROWS),
    },
  }
}
