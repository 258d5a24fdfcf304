import type { SizeChart } from './chart.js'
import { axis, frame, headHeight, logAxis } from './frame.js'
import { coloursOf, isNarrow, type Look, seriesLook } from './look.js'
import { rangeOf, sizeWords, words } from './ticks.js'

export function sizeHeight(chart: SizeChart, look: Look): number {
  return (
    headHeight(
      look,
      chart.lines.map(({ name }) => name),
    ) + (isNarrow(look) ? 250 : 280)
  )
}

interface Api {
  value(dimension: number): number
  coord(point: [number, number]): [number, number]
}

/** A rate over the size of a message: the median repetition, whiskers from the least to the greatest. Both axes logarithmic. */
export function sizeOption(chart: SizeChart, look: Look) {
  const colours = coloursOf(look)
  const all = chart.lines.flatMap(({ points }) => points)
  const sizes = [...new Set(all.map(([bytes]) => bytes))].sort((a, b) => a - b)
  const range = rangeOf(all.flatMap(([, , min, max]) => [min, max]))
  const base = frame(
    look,
    chart.title,
    chart.lines.map(({ name }) => name),
  )
  const air = Math.max(0.5, (Math.log2(sizes.at(-1) ?? 1) - Math.log2(sizes[0] ?? 1)) * 0.06)
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      trigger: 'item',
      formatter: ({ seriesName, value }: { seriesName: string; value: number[] }) =>
        `${seriesName}, ${sizeWords(Math.round(2 ** (value[0] ?? 0)))}\n${words(10 ** (value[1] ?? 0), chart.unit)}`,
    },
    xAxis: axis(look, {
      name: 'size of a message',
      min: Math.log2(sizes[0] ?? 1) - air,
      max: Math.log2(sizes.at(-1) ?? 1) + air,
      ticks: sizes.map((bytes) => Math.log2(bytes)),
      words: (value) => sizeWords(Math.round(2 ** value)),
    }),
    yAxis: logAxis(look, { range, unit: chart.unit, name: chart.yName, most: 7 }),
    series: chart.lines.flatMap(({ name, slot, points }) => {
      const { color, dash, symbol } = seriesLook(slot, colours)
      return [
        {
          type: 'line',
          name,
          color,
          lineStyle: { color, width: 2, type: dash },
          itemStyle: { color },
          symbol,
          symbolSize: 9,
          data: points.map(([bytes, median]) => [Math.log2(bytes), Math.log10(median)]),
        },
        whiskers(points, color),
      ]
    }),
  }
}

function whiskers(points: SizeChart['lines'][number]['points'], color: string) {
  return {
    type: 'custom',
    silent: true,
    tooltip: { show: false },
    encode: { x: 0, y: [1, 2] },
    data: points.map(([bytes, , min, max]) => [Math.log2(bytes), Math.log10(min), Math.log10(max)]),
    renderItem: (_: unknown, api: Api) => {
      const [x, y1] = api.coord([api.value(0), api.value(1)])
      const [, y2] = api.coord([api.value(0), api.value(2)])
      return {
        type: 'line',
        shape: { x1: x, y1, x2: x, y2 },
        style: { stroke: color, lineWidth: 1.5, opacity: 0.8 },
      }
    },
  }
}
