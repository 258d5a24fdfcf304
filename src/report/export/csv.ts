import type { Source } from '../../compare/source.js'
import { type ExportedPoint, figuresIn, POINT_COLUMNS, pointsOf } from './points.js'

const INTERVAL_COLUMNS = ['interval_start_ns', 'interval_ns'] as const

/**
 * One line for each value of each repetition (RFC 4180, with line feeds), so that any tool can group and plot it. A text that a spreadsheet would
 * take for a formula has an apostrophe before it.
 * @param isSeries of each interval of the time series, in place of each repetition
 */
export function exportCsv(sources: readonly Source[], isSeries = false): string {
  const head = [...POINT_COLUMNS, ...(isSeries ? INTERVAL_COLUMNS : []), 'metric', 'unit', 'value']
  const lines = sources.flatMap((source) => pointsOf(source, isSeries).flatMap(linesOf))
  return `${[head, ...lines].map((cells) => cells.map(cell).join(',')).join('\n')}\n`
}

function linesOf(point: ExportedPoint): (string | number)[][] {
  const { interval } = point
  const own = POINT_COLUMNS.map((column) => point.columns[column])
  const at = interval === null ? [] : [interval.startNs, interval.durationNs]
  return figuresIn(point).map(({ metric, unit, value }) => [...own, ...at, metric, unit, value])
}

/** With the full-width signs, which count as much where they are typed. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

function cell(value: string | number): string {
  const text = typeof value === 'number' ? numberText(value) : value.replace(FORMULA, "'$&")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function numberText(value: number): string {
  return value === Number.POSITIVE_INFINITY ? 'inf' : String(value)
}
