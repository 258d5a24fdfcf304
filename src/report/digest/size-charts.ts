import { spreadOf } from '../../results/document/summary.js'
import type { SizeChart, SpreadTriple, Unit } from '../charts/chart.js'
import { sizeWords, words } from '../charts/ticks.js'
import type { CaseDigest, Value } from './digest.js'
import type { SeriesEntry } from './series.js'

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
    id: 'goodput-over-size',
    title: 'Goodput of a stream over the size of its messages',
    workload: 'stream',
    value: 'goodput',
    unit: 'bit/s',
    yName: 'goodput',
  },
  {
    id: 'messages-over-size',
    title: 'Messages per second of a stream over their size',
    workload: 'stream',
    value: 'messages',
    unit: '1/s',
    yName: 'messages per second',
  },
  {
    id: 'round-trips-over-size',
    title: 'Round trips per second over the size of a message',
    workload: 'ping-pong',
    value: 'messages',
    unit: '1/s',
    yName: 'round trips per second',
  },
  {
    id: 'requests-over-size',
    title: 'Requests answered per second over their size',
    workload: 'rr',
    value: 'messages',
    unit: '1/s',
    yName: 'requests per second',
  },
]

/** Drawn where something was measured with several sizes. */
export function sizeCharts(entries: readonly SeriesEntry[], place: string): SizeChart[] {
  return KINDS.flatMap((kind) => {
    const concerned = entries.filter(
      ({ case: c }) => c.workload === kind.workload && c.values[kind.value].length > 0,
    )
    return byVariant(concerned).flatMap(([suffix, own], i) => {
      const lines = linesOf(own, kind.value)
      if (!lines.some(({ points }) => points.length > 1)) return []
      return [chartOf(kind, `${place}-${kind.id}-${i + 1}`, suffix, lines)]
    })
  })
}

/** Of one result all variants share a chart; of several, each has its own. */
function byVariant(entries: readonly SeriesEntry[]): [suffix: string, own: SeriesEntry[]][] {
  if (entries.every(({ line, case: c }) => line === c.variant)) return [['', [...entries]]]
  const names = [...new Set(entries.map(({ case: c }) => c.variant))]
  return names.map((name) => [`, ${name}`, entries.filter(({ case: c }) => c.variant === name)])
}

function linesOf(entries: readonly SeriesEntry[], value: Value): SizeChart['lines'] {
  const lines = new Map<string, SizeChart['lines'][number]>()
  for (const { line, slot, case: c } of entries) {
    const spread = spreadTriple(c.values[value])
    const known = lines.get(line) ?? { name: line, slot, points: [] }
    lines.set(line, known)
    if (spread !== null) known.points.push([c.bytes, ...spread])
  }
  for (const { points } of lines.values()) points.sort(([a], [b]) => a - b)
  return [...lines.values()]
}

function chartOf(kind: Kind, id: string, suffix: string, lines: SizeChart['lines']): SizeChart {
  return {
    kind: 'size',
    id,
    title: `${kind.title}${suffix}`,
    caption:
      'Points are the median repetition, whiskers reach from the least to the greatest. Both axes are logarithmic.',
    unit: kind.unit,
    yName: kind.yName,
    lines,
    table: {
      head: ['', 'size', 'median', 'least', 'greatest'],
      rows: lines.flatMap(({ name, points }) =>
        points.map(([bytes, ...spread]) => [
          name,
          sizeWords(bytes),
          ...spread.map((value) => words(value, kind.unit)),
        ]),
      ),
    },
  }
}

/** The median and both extremes, as a chart draws them; `null` without values. */
export function spreadTriple(values: readonly number[]): SpreadTriple | null {
  const spread = spreadOf(values)
  return spread && [spread.median, spread.min, spread.max]
}
