import type { Source } from '../../compare/source.js'
import { harmlessValue } from '../../foreign.js'
import { figuresIn, pointsOf } from './points.js'

/** A JSON object for each value, one on each line, with the columns of the CSV. What is infinite, among the lost, is the text `inf`: JSON has no such number. */
export function exportNdjson(sources: readonly Source[], isSeries = false): string {
  const lines = sources.flatMap((source) =>
    pointsOf(source, isSeries).flatMap((point) =>
      figuresIn(point).map(({ metric, unit, value }) => {
        const { interval } = point
        const at =
          interval === null
            ? {}
            : { interval_start_ns: interval.startNs, interval_ns: interval.durationNs }
        const said = Number.isFinite(value) ? value : 'inf'
        return JSON.stringify(harmlessValue({ ...point.columns, ...at, metric, unit, value: said }))
      }),
    ),
  )
  return lines.map((line) => `${line}\n`).join('')
}
