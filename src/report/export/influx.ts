import type { Source } from '../../compare/source.js'
import { harmless } from '../../foreign.js'
import { type ExportedPoint, figuresIn, pointsOf, startOf } from './points.js'

/** By which points are told apart: all else is a field. */
const TAGS = ['file', 'case', 'place', 'variant', 'transport', 'workload', 'repetition'] as const

/**
 * InfluxDB's line protocol: a point for each repetition, or each interval, at the time at which it began, in nanoseconds. Units are at the end of
 * names. It has no infinite number: what is among the lost is left out.
 */
export function exportInflux(sources: readonly Source[], isSeries = false): string {
  return sources
    .flatMap((source) => pointsOf(source, isSeries))
    .flatMap((point) => {
      const fields = fieldsOf(point)
      if (fields.length === 0) return []
      const name = isSeries ? 'xrbench_interval' : 'xrbench'
      const tags = TAGS.flatMap((tag) => {
        const value = String(point.columns[tag])
        // An empty tag is a fault of syntax.
        return value === '' ? [] : [`${tag}=${escaped(value)}`]
      })
      return [`${[name, ...tags].join(',')} ${fields.join(',')} ${startOf(point)}\n`]
    })
    .join('')
}

function fieldsOf(point: ExportedPoint): string[] {
  return figuresIn(point)
    .filter(({ value }) => Number.isFinite(value))
    .map(({ metric, unit, value }) => `${escaped(metric + endOf(unit))}=${value}`)
}

const ENDS: Readonly<Record<string, string>> = {
  ns: '_ns',
  B: '',
  'bit/s': '_bits_per_sec',
  '1/s': '_per_sec',
  'ns/message': '_ns_per_message',
}

function endOf(unit: string): string {
  return ENDS[unit] ?? ''
}

/** A backslash before a sign that is escaped, or at the end, would be taken for one of the syntax; there is no way to write it. */
function escaped(text: string): string {
  return harmless(text).replaceAll('\\', '/').replaceAll(/[,= ]/g, '\\$&')
}
