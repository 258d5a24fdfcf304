import type { CurveChart } from '../charts/chart.js'
import { MOST_BANDS } from '../charts/curve.js'
import { SLOTS } from '../charts/look.js'
import { rangeOf } from '../charts/ticks.js'
import { amount, time } from '../words/quantity.js'
import { groupsOf, type SeriesEntry } from './series.js'

const CAPTION =
  'Each nine to the right, ten times fewer messages were slower. The line is over all repetitions together and ends where fewer than ten samples lie beyond.'
const BAND = ' The area around it reaches from the fastest to the slowest repetition.'
const LOST = ' Lost messages count as infinitely late: a line ends before them, too.'

/** One for each size (or case), all over the same axes. */
export function curveCharts(entries: readonly SeriesEntry[], place: string): CurveChart[] {
  const drawn = entries.filter((entry) => entry.case.curve !== null)
  const groups = groupsOf(drawn).flatMap((group) => slices(group, SLOTS))
  const points = drawn.flatMap((entry) => entry.case.curve?.points ?? [])
  const bands = groups
    .filter((group) => group.length <= MOST_BANDS)
    .flatMap((group) => group.flatMap((entry) => entry.case.curve?.band ?? []))
  const range = rangeOf([
    ...points.map(([, ns]) => ns),
    ...bands.flatMap(([, low, high]) => [low, high]),
  ])
  const isLossy = drawn.some((entry) => (entry.case.lostFraction ?? 0) > 0)
  const depth = points.reduce((deepest, [at]) => Math.max(deepest, at), 1)
  return groups.map((group, i) => ({
    kind: 'curve',
    id: `${place}-percentiles-${i + 1}`,
    title: `Round trip by percentile, ${group[0]?.groupTitle ?? ''}`,
    caption: [
      CAPTION,
      groups.every((one) => one.length > MOST_BANDS) ? '' : BAND,
      isLossy ? LOST : '',
    ].join(''),
    lines: group.map(({ case: c, line, slot }) => ({
      name: line,
      slot,
      points: c.curve?.points ?? [],
      band: group.length > MOST_BANDS ? [] : (c.curve?.band ?? []),
    })),
    depth,
    range,
    table: {
      head: ['', 'samples', 'p50', 'p99', 'p99.9', 'p99.99', 'max'],
      rows: group.map(({ case: c, line }) => [
        line,
        amount(c.samples),
        time(c.percentiles.p50),
        time(c.percentiles.p99),
        time(c.percentiles.p999),
        time(c.percentiles.p9999),
        time(c.maxNs),
      ]),
    },
  }))
}

export function slices<T>(list: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / most) }, (_, i) =>
    list.slice(i * most, (i + 1) * most),
  )
}
