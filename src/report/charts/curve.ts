import type { CurveChart } from './chart.js'
import { axis, frame, headHeight, logAxis } from './frame.js'
import { coloursOf, isNarrow, type Look, seriesLook } from './look.js'
import { depthOf, NINES, words } from './ticks.js'

/** More areas over one another are mud. */
export const MOST_BANDS = 3

export function curveHeight(chart: CurveChart, look: Look): number {
  return (
    headHeight(
      look,
      chart.lines.map(({ name }) => name),
    ) + (isNarrow(look) ? 270 : 300)
  )
}

/** Round trips over percentiles, nine by nine; both axes logarithmic. */
export function curveOption(chart: CurveChart, look: Look) {
  const colours = coloursOf(look)
  const nines = NINES.filter((percent) => depthOf(percent) <= chart.depth + 1e-9)
  const base = frame(
    look,
    chart.title,
    chart.lines.map(({ name }) => name),
  )
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      trigger: 'axis',
      formatter: (items: { axisValue: number; seriesName: string; value: [number, number] }[]) =>
        [
          `p${percentWords(items[0]?.axisValue ?? 0)}`,
          ...items.map((item) => `${item.seriesName}: ${words(10 ** item.value[1], 'ns')}`),
        ].join('\n'),
    },
    xAxis: axis(look, {
      name: 'percentile (%)',
      min: 0,
      max: chart.depth,
      ticks: nines.map(depthOf),
      words: (value) => percentWords(value),
    }),
    yAxis: logAxis(look, { range: chart.range, unit: 'ns', name: 'round trip', most: 8 }),
    series: [
      ...(chart.lines.length > MOST_BANDS ? [] : chart.lines).map((line) =>
        bandSeries(line, seriesLook(line.slot, colours).color),
      ),
      ...chart.lines.map(({ name, slot, points }) => {
        const { color, dash, symbol } = seriesLook(slot, colours)
        return {
          type: 'line',
          name,
          color,
          lineStyle: { color, width: 2, type: dash },
          itemStyle: { color },
          symbol,
          symbolSize: 8,
          showAllSymbol: true,
          data: points.map(([depth, ns]) => ({
            value: [depth, Math.log10(ns)],
            symbol: isNine(depth) ? symbol : 'none',
          })),
        }
      }),
    ],
  }
}

/** From the fastest to the slowest repetition. */
function bandSeries({ band }: CurveChart['lines'][number], color: string) {
  return {
    type: 'custom',
    silent: true,
    tooltip: { show: false },
    z: 1,
    data: band.length > 1 ? [0] : [],
    renderItem: (_: unknown, api: { coord(point: [number, number]): [number, number] }) => ({
      type: 'polygon',
      shape: {
        points: [
          ...band.map(([depth, low]) => api.coord([depth, Math.log10(low)])),
          ...band.toReversed().map(([depth, , high]) => api.coord([depth, Math.log10(high)])),
        ],
      },
      style: { fill: color, opacity: 0.14 },
    }),
  }
}

function isNine(depth: number): boolean {
  return NINES.some((percent) => Math.abs(depthOf(percent) - depth) < 1e-9)
}

/** `99.9` */
function percentWords(depth: number): string {
  const beyond = 10 ** -depth * 100
  return `${Number((100 - beyond).toFixed(Math.max(0, Math.ceil(depth) - (depth > 1.5 ? 1 : 2)) + 1))}`
}
