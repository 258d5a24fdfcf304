import type { Range, Unit } from './chart.js'
import { frame, headHeight, logAxis } from './frame.js'
import { coloursOf, isNarrow, type Look } from './look.js'
import { textWidth } from './text-width.js'

/** Names take at most this part of the width; on narrow screens they stand above their rows instead. */
const NAME_SHARE = 0.45

interface RowsParts {
  title: string
  names: readonly string[]
  legend: readonly string[]
  range: Range
  unit: Unit
  xName: string
}

/** Of a chart with one row for each name. */
export function rowsHeight(look: Look, rows: number, legend: readonly string[]): number {
  return headHeight(look, legend) + rows * (isNarrow(look) ? 48 : 30) + 62
}

/** A chart with one row for each name, the first at the top, over a logarithmic axis. */
export function rowsFrame(look: Look, { title, names, legend, range, unit, xName }: RowsParts) {
  const colours = coloursOf(look)
  const narrow = isNarrow(look)
  const widest = Math.max(0, ...names.map((name) => textWidth(name)))
  const base = frame(look, title, legend, 'symbols')
  return {
    ...base,
    tooltip: { ...base.tooltip, trigger: 'item' as const },
    xAxis: logAxis(look, { range, unit, name: xName, most: narrow ? 5 : 9 }),
    yAxis: {
      type: 'category' as const,
      inverse: true,
      data: [...names],
      // Over the marks of the grid, so that names above their rows stay legible.
      z: 4,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: true, lineStyle: { color: colours.faint } },
      axisLabel: narrow
        ? {
            inside: true,
            color: colours.text,
            fontSize: 12,
            interval: 0,
            verticalAlign: 'bottom' as const,
            padding: [1, 4, 1, 2],
            margin: 2,
            backgroundColor: colours.ground,
            width: look.width - 40,
            overflow: 'truncate' as const,
          }
        : {
            color: colours.text,
            fontSize: 12,
            interval: 0,
            // One that just fits would be clipped by a rounding.
            width: Math.ceil(Math.min(widest + 6, look.width * NAME_SHARE)),
            overflow: 'truncate' as const,
          },
    },
  }
}

/** How far marks lie below the middle of their row, CSS pixels: on narrow screens the name is above. */
export function markShift(look: Look): number {
  return isNarrow(look) ? 12 : 0
}

export interface Api {
  value(dimension: number): number
  coord(point: [number, number]): [number, number]
}

/** A level line in row `value(0)` from `value(1)` to `value(2)`. */
export function spanLine(
  look: Look,
  data: readonly (readonly [row: number, low: number, high: number])[],
  style: (row: number) => { stroke: string; lineWidth: number; opacity?: number },
  { caps = 0, shift = markShift(look) }: { caps?: number; shift?: number } = {},
) {
  return {
    type: 'custom',
    silent: true,
    tooltip: { show: false },
    encode: { y: 0, x: [1, 2] },
    z: 2,
    data: data.map(([row, low, high]) => [row, Math.log10(low), Math.log10(high)]),
    renderItem: (_: unknown, api: Api) => {
      const row = api.value(0)
      const [x1, y] = api.coord([api.value(1), row])
      const [x2] = api.coord([api.value(2), row])
      const at = y + shift
      const line = (a: number, b: number, c: number, d: number) => ({
        type: 'line',
        shape: { x1: a, y1: b, x2: c, y2: d },
        style: style(row),
      })
      return {
        type: 'group',
        children: [
          line(x1, at, x2, at),
          ...(caps === 0 ? [] : [x1, x2].map((x) => line(x, at - caps, x, at + caps))),
        ],
      }
    },
  }
}
