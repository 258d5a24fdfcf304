import type { HeatChart } from '../charts/chart.js'
import { time } from '../words/quantity.js'
import type { SeriesEntry } from './series.js'

const CAPTION =
  'Each column is an interval: the stronger the colour, the more of its messages took so long. Repetitions stand one after the other, parted by dotted lines; each ran on fresh connections in fresh processes.'
const LOST =
  ' Lost messages count as infinitely late, in the interval in which their time was up: they have no field, and where they reach p50 or p99 (∞) there is no line.'
/** In which interval a message was lost, files of before do not say. */
const LOST_SOMEWHERE = ' What was lost is in no column, nor in its p50 and p99.'

/** One for each case. */
export function heatCharts(entries: readonly SeriesEntry[], place: string): HeatChart[] {
  return entries.flatMap(({ case: { heat, lostFraction }, row }, i) => {
    if (heat === null) return []
    const { placesLosses, ...shown } = heat
    const lost = placesLosses ? LOST : LOST_SOMEWHERE
    return [
      {
        kind: 'heat' as const,
        id: `${place}-over-time-${i + 1}`,
        title: `Round trips over time, ${row}`,
        caption: CAPTION + ((lostFraction ?? 0) > 0 ? lost : ''),
        ...shown,
        median: shown.median.map(onAxis),
        p99: shown.p99.map(onAxis),
        table: {
          head: ['from', 'to', 'p50', 'p99'],
          rows: heat.columns.map(([from, to], column) => [
            `${from.toFixed(2)} s`,
            `${to.toFixed(2)} s`,
            time(heat.median[column]),
            time(heat.p99[column]),
          ]),
        },
      },
    ]
  })
}

/** What is infinitely late has no place on an axis. */
function onAxis(value: number | null): number | null {
  return value === Number.POSITIVE_INFINITY ? null : value
}
