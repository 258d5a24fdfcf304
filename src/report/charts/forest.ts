import type { ForestChart } from './chart.js'
import { logAxis } from './frame.js'
import { coloursOf, type Look } from './look.js'
import { markShift, rowsFrame, rowsHeight, spanLine } from './rows.js'
import { logTicks } from './ticks.js'

const VERDICTS = [
  { verdict: 'better', name: 'better', symbol: 'circle' },
  { verdict: 'worse', name: 'worse', symbol: 'rect' },
  { verdict: 'no-evidence', name: 'no evidence of a difference', symbol: 'emptyDiamond' },
  { verdict: 'cannot-tell', name: 'cannot tell: too few repetitions', symbol: 'emptyTriangle' },
] as const

function legendOf({ rows }: ForestChart): string[] {
  return VERDICTS.filter(({ verdict }) => rows.some((row) => row.verdict === verdict)).map(
    ({ name }) => name,
  )
}

export function forestHeight(chart: ForestChart, look: Look): number {
  return rowsHeight(look, chart.rows.length, legendOf(chart))
}

/** Ratios with their intervals beside the line of no difference. */
export function forestOption(chart: ForestChart, look: Look) {
  const colours = coloursOf(look)
  const range = rangeWithOne(chart)
  const legend = legendOf(chart)
  const base = rowsFrame(look, {
    title: chart.title,
    names: chart.rows.map(({ name }) => name),
    legend,
    range,
    unit: 'ns',
    xName: chart.xName,
  })
  const colourOf = {
    better: colours.better,
    worse: colours.worse,
    'no-evidence': colours.muted,
    'cannot-tell': colours.muted,
  }
  const ratio = (value: number) => `×${Number((10 ** value).toPrecision(3))}`
  const x = logAxis(look, { range, unit: 'ns', name: chart.xName, most: 7 })
  const ticks = logTicks(range, 7).map((value) => Math.log10(value))
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      formatter: ({ value, name }: { value: number[]; name: string }) =>
        `${name}\n${ratio(value[0] ?? 0)}  [${ratio(value[2] ?? 0)}, ${ratio(value[3] ?? 0)}]`,
    },
    xAxis: { ...x, axisLabel: { ...x.axisLabel, customValues: ticks, formatter: ratio } },
    series: [
      spanLine(
        look,
        chart.rows.map(({ low, high }, row) => [row, low, high] as const),
        (row) => ({ stroke: colourOf[chart.rows[row]?.verdict ?? 'no-evidence'], lineWidth: 2 }),
        { caps: 4 },
      ),
      ...VERDICTS.map(({ verdict, name, symbol }) => ({
        type: 'scatter',
        name,
        color: colourOf[verdict],
        symbol,
        symbolSize: 10,
        symbolOffset: [0, markShift(look)],
        z: 3,
        itemStyle: { color: colourOf[verdict] },
        data: chart.rows.flatMap((row, i) =>
          row.verdict === verdict
            ? [
                {
                  name: row.name,
                  value: [Math.log10(row.estimate), i, Math.log10(row.low), Math.log10(row.high)],
                },
              ]
            : [],
        ),
      })),
      {
        type: 'line',
        data: [],
        silent: true,
        markLine: {
          silent: true,
          symbol: 'none',
          z: 1,
          label: { show: false },
          lineStyle: { color: colours.text, width: 1.5, type: 'solid' },
          data: [{ xAxis: 0 }],
        },
      },
    ],
  }
}

/** No difference always shows. */
function rangeWithOne({ rows }: ForestChart) {
  const low = Math.min(0.95, ...rows.map((row) => row.low))
  const high = Math.max(1.05, ...rows.map((row) => row.high))
  return { low: low / 1.03, high: high * 1.03 }
}
