import { quantileSorted } from 'simple-statistics'
import type { StripChart } from './chart.js'
import { coloursOf, type Look, seriesLook } from './look.js'
import { type Api, markShift, rowsFrame, rowsHeight } from './rows.js'
import { rangeOf, words } from './ticks.js'

/** Fewer points than that are no distribution: they stand for themselves. */
const LEAST_FOR_BOX = 5
const HALF_BOX = 9

export function stripHeight(chart: StripChart, look: Look): number {
  return rowsHeight(look, chart.rows.length, [])
}

/** Every repetition as a dot, and where there are enough of them a box from quartile to quartile around the median. */
export function stripOption(chart: StripChart, look: Look) {
  const colours = coloursOf(look)
  const shift = markShift(look)
  const base = rowsFrame(look, {
    title: chart.title,
    names: chart.rows.map(({ name }) => name),
    legend: [],
    range: rangeOf(chart.rows.flatMap(({ values }) => values.flatMap((value) => value ?? []))),
    unit: chart.unit,
    xName: chart.xName,
  })
  const colourOf = (row: number) => seriesLook(chart.rows[row]?.slot ?? 0, colours).color
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      formatter: ({ value, name }: { value: number[]; name: string }) =>
        `${name}, repetition ${(value[2] ?? 0) + 1}\n${words(10 ** (value[0] ?? 0), chart.unit)}`,
    },
    series: [
      {
        type: 'custom',
        silent: true,
        tooltip: { show: false },
        encode: { y: 0, x: [1, 3] },
        data: boxes(chart),
        renderItem: (_: unknown, api: Api) => {
          const row = api.value(0)
          const [low = 0, middle = 0, high = 0] = [1, 2, 3].map(
            (i) => api.coord([api.value(i), row])[0],
          )
          const y = api.coord([api.value(1), row])[1] + shift
          const color = colourOf(row)
          return {
            type: 'group',
            children: [
              {
                type: 'rect',
                shape: { x: low, y: y - HALF_BOX, width: high - low, height: 2 * HALF_BOX, r: 2 },
                style: { fill: color, opacity: 0.16, stroke: color, lineWidth: 1 },
              },
              {
                type: 'line',
                shape: { x1: middle, y1: y - HALF_BOX, x2: middle, y2: y + HALF_BOX },
                style: { stroke: color, lineWidth: 2.5 },
              },
            ],
          }
        },
      },
      {
        type: 'scatter',
        symbolSize: 8,
        symbolOffset: [0, shift],
        z: 3,
        data: chart.rows.flatMap(({ name, values, slot }, row) =>
          values.flatMap((value, i) => {
            if (value === null) return []
            const { color, symbol } = seriesLook(slot, colours)
            return [
              {
                name,
                value: [Math.log10(value), row, i],
                symbol,
                itemStyle: { color, opacity: 0.85 },
              },
            ]
          }),
        ),
      },
    ],
  }
}

function boxes({ rows }: StripChart): number[][] {
  return rows.flatMap(({ values }, row) => {
    const known = values.flatMap((value) => value ?? [])
    if (known.length < LEAST_FOR_BOX || known.length < values.length) return []
    const sorted = known.toSorted((a, b) => a - b)
    const at = (q: number) => Math.log10(quantileSorted(sorted, q))
    return [[row, at(0.25), at(0.5), at(0.75)]]
  })
}
