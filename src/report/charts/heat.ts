import type { HeatChart } from './chart.js'
import { axis, frame, headHeight, logAxis } from './frame.js'
import { coloursOf, isNarrow, type Look } from './look.js'
import { linearTicks, words } from './ticks.js'

const SHARES = [0.0001, 0.001, 0.01, 0.1, 1]

interface Api {
  value(dimension: number): number
  coord(point: [number, number]): [number, number]
  visual(name: string): string
}

const LEGEND = ['p50', 'p99']

export function heatHeight(_: HeatChart, look: Look): number {
  return headHeight(look, LEGEND) + (isNarrow(look) ? 250 : 260) + 46
}

/** Round trips over time: the darker a field, the more messages of that interval took so long. */
export function heatOption(chart: HeatChart, look: Look) {
  const colours = coloursOf(look)
  const { columns, edges } = chart
  const end = columns.at(-1)?.[1] ?? 1
  const base = frame(look, chart.title, LEGEND)
  const data = chart.cells.map(([column, bin, share]) => {
    const [from, to] = columns[column] ?? [0, 0]
    return [
      from,
      to,
      Math.log10(edges[bin] ?? 1),
      Math.log10(edges[bin + 1] ?? 1),
      Math.log10(share),
    ]
  })
  const range = { low: edges[0] ?? 1, high: edges.at(-1) ?? 10 }
  return {
    ...base,
    legend: { ...base.legend, itemStyle: { opacity: 0 } },
    grid: { ...base.grid, bottom: 54 },
    tooltip: {
      ...base.tooltip,
      trigger: 'item',
      formatter: ({ value }: { value: number[] }) =>
        value.length < 5
          ? ''
          : `${(value[0] ?? 0).toFixed(2)} to ${(value[1] ?? 0).toFixed(2)} s\n${words(10 ** (value[2] ?? 0), 'ns')} to ${words(10 ** (value[3] ?? 0), 'ns')}\n${shareWords(10 ** (value[4] ?? 0))} of the messages`,
    },
    visualMap: {
      type: 'continuous',
      seriesIndex: 0,
      dimension: 4,
      min: Math.log10(SHARES[0] ?? 1),
      max: 0,
      orient: 'horizontal',
      left: 'center',
      bottom: 4,
      itemWidth: 12,
      itemHeight: Math.min(220, look.width - 220),
      text: ['all', '≤ 0.01 % of the interval'],
      textStyle: { color: colours.muted, fontSize: 12 },
      inRange: { color: [...colours.heat] },
      calculable: false,
      hoverLink: false,
    },
    xAxis: {
      ...axis(look, {
        name: 'measured time (s)',
        min: 0,
        max: end,
        ticks: linearTicks(0, end, isNarrow(look) ? 5 : 10),
        words: (value) => `${Number(value.toPrecision(3))}`,
      }),
      splitLine: { show: false },
    },
    yAxis: {
      ...logAxis(look, { range, unit: 'ns', name: 'round trip', most: 7 }),
      splitLine: { show: false },
    },
    series: [
      {
        type: 'custom',
        encode: { x: [0, 1], y: [2, 3] },
        data,
        renderItem: (_: unknown, api: Api) => {
          const [x0, y0] = api.coord([api.value(0), api.value(2)])
          const [x1, y1] = api.coord([api.value(1), api.value(3)])
          return {
            type: 'rect',
            // Half a pixel over, so that no ground shines through between neighbours.
            shape: { x: x0, y: y1, width: x1 - x0 + 0.5, height: y0 - y1 + 0.5 },
            style: { fill: api.visual('color') },
          }
        },
      },
      quantileLine('p50', chart.median, columns, colours.onHeat, 'solid'),
      quantileLine('p99', chart.p99, columns, colours.onHeat, 'dashed'),
      breakLines(chart.breaks, colours.text),
    ],
  }
}

/** One level for each interval. */
function quantileLine(
  name: string,
  values: HeatChart['median'],
  columns: HeatChart['columns'],
  color: string,
  type: string,
) {
  return {
    type: 'line',
    name,
    color,
    silent: true,
    symbol: 'none',
    lineStyle: { color, width: 2, type },
    tooltip: { show: false },
    data: columns.flatMap(([from, to], i) => {
      const value = values[i] ?? null
      const level = value === null ? null : Math.log10(value)
      return [
        [from, level],
        [to, level],
      ]
    }),
  }
}

function breakLines(breaks: readonly number[], color: string) {
  return {
    type: 'line',
    data: [],
    silent: true,
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false },
      lineStyle: { color, width: 1, type: [2, 3] },
      data: breaks.map((at) => ({ xAxis: at })),
    },
  }
}

function shareWords(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`
}
