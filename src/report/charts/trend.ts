import type { TrendChart } from './chart.js'
import { axis, frame, headHeight, logAxis } from './frame.js'
import { coloursOf, isNarrow, type Look, seriesLook } from './look.js'
import { linearTicks, rangeOf, words } from './ticks.js'

const namesOf = ({ lines }: TrendChart) => lines.map(({ name }) => name)

export function trendHeight(chart: TrendChart, look: Look): number {
  return headHeight(look, namesOf(chart)) + (isNarrow(look) ? 250 : 280)
}

/** One value of each of many results, in the order in which they were measured, with the reach of its repetitions. */
export function trendOption(chart: TrendChart, look: Look) {
  const colours = coloursOf(look)
  const base = frame(look, chart.title, namesOf(chart))
  const last = Math.max(2, chart.results)
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      trigger: 'axis',
      formatter: (items: { axisValue: number; seriesName: string; value: [number, number] }[]) =>
        [
          `result ${items[0]?.axisValue ?? ''}`,
          ...items.map((item) => `${item.seriesName}: ${words(10 ** item.value[1], chart.unit)}`),
        ].join('\n'),
    },
    xAxis: axis(look, {
      name: 'result, in the order in which they were measured',
      min: 1,
      max: last,
      ticks: linearTicks(1, last, isNarrow(look) ? 4 : 8).filter(Number.isInteger),
      words: (value) => `${value}`,
    }),
    yAxis: logAxis(look, {
      range: rangeOf(
        chart.lines.flatMap(({ points }) => points.flatMap(([, ...spread]) => spread)),
      ),
      unit: chart.unit,
      name: chart.yName,
      most: 7,
    }),
    series: chart.lines.flatMap(({ name, slot, points }) => {
      const { color, dash } = seriesLook(slot, colours)
      return [
        reach(points, color),
        {
          type: 'line',
          name,
          color,
          symbol: 'none',
          lineStyle: { color, width: 2, type: dash },
          data: points.map(([at, median]) => [at, Math.log10(median)]),
        },
      ]
    }),
  }
}

function reach(points: TrendChart['lines'][number]['points'], color: string) {
  return {
    type: 'custom',
    silent: true,
    tooltip: { show: false },
    z: 1,
    data: points.length > 1 ? [0] : [],
    renderItem: (_: unknown, api: { coord(point: [number, number]): [number, number] }) => ({
      type: 'polygon',
      shape: {
        points: [
          ...points.map(([at, , min]) => api.coord([at, Math.log10(min)])),
          ...points.toReversed().map(([at, , , max]) => api.coord([at, Math.log10(max)])),
        ],
      },
      style: { fill: color, opacity: 0.14 },
    }),
  }
}
