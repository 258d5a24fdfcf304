import type { DotsChart, SpreadTriple } from './chart.js'
import { coloursOf, type Look } from './look.js'
import { markShift, rowsFrame, rowsHeight, spanLine } from './rows.js'
import { rangeOf, words } from './ticks.js'

const ENDS = ['client', 'server'] as const
/** The ends lie a little apart, so that equal values do not hide one another. */
const APART = 4

export function dotsHeight(chart: DotsChart, look: Look): number {
  return rowsHeight(look, chart.rows.length, ENDS)
}

/** What both ends paid: the median repetition, with a line from the least to the greatest. */
export function dotsOption(chart: DotsChart, look: Look) {
  const colours = coloursOf(look)
  const spreads = chart.rows.flatMap(({ client, server }) =>
    [client, server].filter((one) => one !== null),
  )
  const base = rowsFrame(look, {
    title: chart.title,
    names: chart.rows.map(({ name }) => name),
    legend: ENDS,
    range: rangeOf(spreads.flat()),
    unit: chart.unit,
    xName: chart.xName,
  })
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      formatter: (item: { seriesName: string; value: number[]; name: string }) =>
        `${item.name}, ${item.seriesName}\n${words(10 ** (item.value[0] ?? 0), chart.unit)}`,
    },
    series: ENDS.flatMap((end, i) => {
      const color = colours.series[i] ?? colours.text
      const shift = markShift(look) + (i === 0 ? -APART : APART)
      const known = chart.rows.flatMap(
        ({ name, [end]: spread }, row): [string, number, SpreadTriple][] =>
          spread === null ? [] : [[name, row, spread]],
      )
      return [
        spanLine(
          look,
          known.map(([, row, [, min, max]]) => [row, min, max] as const),
          () => ({ stroke: color, lineWidth: 1.5, opacity: 0.8 }),
          { shift },
        ),
        {
          type: 'scatter',
          name: end,
          color,
          symbol: i === 0 ? 'circle' : 'diamond',
          symbolSize: i === 0 ? 9 : 11,
          symbolOffset: [0, shift],
          z: 3,
          itemStyle: { color },
          data: known.map(([name, row, [median]]) => ({ name, value: [Math.log10(median), row] })),
        },
      ]
    }),
  }
}
