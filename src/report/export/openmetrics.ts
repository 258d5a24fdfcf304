import type { Source } from '../../compare/source.js'
import { harmless } from '../../foreign.js'
import { type ExportedPoint, figuresIn, pointsOf, startOf } from './points.js'

const LABELS = ['file', 'case', 'place', 'variant', 'transport', 'workload', 'repetition'] as const

/** Base units, as OpenMetrics wants them, and how many of ours make one. */
const UNITS: Readonly<Record<string, readonly [unit: string, per: number]>> = {
  ns: ['seconds', 1e9],
  'ns/message': ['seconds_per_message', 1e9],
  B: ['bytes', 1],
  'bit/s': ['bits_per_second', 1],
  '1/s': ['per_second', 1],
}

interface Family {
  unit: string
  lines: string[]
}

/**
 * OpenMetrics text: a gauge for each figure, with a sample for each repetition, or each interval, at the time at which it began; what backfills a
 * Prometheus reads it (promtool tsdb create-blocks-from openmetrics).
 */
export function exportOpenmetrics(sources: readonly Source[], isSeries = false): string {
  const families = new Map<string, Family>()
  for (const point of sources.flatMap((source) => pointsOf(source, isSeries))) {
    for (const { metric, unit, value } of figuresIn(point)) {
      const [base, per] = UNITS[unit] ?? ['', 1]
      const name = nameOf(isSeries, metric, base)
      const family = families.get(name) ?? { unit: base, lines: [] }
      families.set(name, family)
      family.lines.push(
        `${name}{${labelsOf(point)}} ${numberText(value / per)} ${secondsOf(point)}`,
      )
    }
  }
  const blocks = [...families].map(([name, { unit, lines }]) => [
    `# TYPE ${name} gauge`,
    ...(unit === '' ? [] : [`# UNIT ${name} ${unit}`]),
    ...lines,
  ])
  return `${[...blocks.flat(), '# EOF'].join('\n')}\n`
}

/** The unit is the end of the name; of what is called after it, no second time. */
function nameOf(isSeries: boolean, metric: string, unit: string): string {
  const own = metric.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  const end = unit === '' || own === unit ? '' : `_${unit}`
  return `xrbench_${isSeries ? 'interval_' : ''}${own}${end}`
}

function labelsOf({ columns }: ExportedPoint): string {
  return LABELS.map((label) => `${label}="${escaped(String(columns[label]))}"`).join(',')
}

function escaped(text: string): string {
  return harmless(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')
}

function numberText(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value)
}

function secondsOf(point: ExportedPoint): string {
  const ns = startOf(point)
  // Of a time before 1970, counted from below.
  const rest = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  return `${(ns - rest) / 1_000_000_000n}.${String(rest).padStart(9, '0')}`
}
