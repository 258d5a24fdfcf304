import type { Place } from '../../plan/case.js'
import type { Chart } from '../charts/chart.js'
import { sizeWords } from '../charts/ticks.js'
import { costCharts } from './cost-charts.js'
import { curveCharts } from './curve-charts.js'
import type { Digest } from './digest.js'
import { heatCharts } from './heat-charts.js'
import { seriesEntriesOf } from './series.js'
import { sizeCharts } from './size-charts.js'
import { stripCharts } from './strip-charts.js'
import { trendCharts } from './trend-charts.js'

/** Charts of one kind, with what is not in them. */
export interface ChartGroup {
  title: string
  charts: Chart[]
}

/** All charts over what was measured at one place. Places never share a chart: they are not to be compared. */
export function chartsOfPlace(digests: readonly Digest[], place: Place): ChartGroup[] {
  const entries = seriesEntriesOf(digests, place, sizeWords)
  const groups = [
    { title: 'The course over all results', charts: trendCharts(digests, place) },
    { title: 'Round trips by percentile', charts: curveCharts(entries, place) },
    { title: 'Round trips over time', charts: heatCharts(entries, place) },
    { title: 'Rates over the size of a message', charts: sizeCharts(entries, place) },
    { title: 'Every repetition', charts: stripCharts(entries, place) },
    { title: 'What it costs', charts: costCharts(entries, place) },
  ]
  return groups.filter(({ charts }) => charts.length > 0)
}
