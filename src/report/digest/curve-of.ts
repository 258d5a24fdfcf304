import { completed } from '../../compare/source.js'
import type { CaseResult, Latency } from '../../results/schema/schema.js'
import type { CurveChart } from '../charts/chart.js'
import { depthOf, NINES } from '../charts/ticks.js'
import { percentileReader } from '../words/percentile-reader.js'

export type Curve = Pick<CurveChart['lines'][number], 'points' | 'band'>

/** Steps between one nine and the next. */
const STEPS = 24

/** Where the curve has a point: in equal steps, and exactly at the percentiles people name. */
const DEPTHS = [
  ...Array.from({ length: STEPS * 8 + 1 }, (_, i) => i / STEPS),
  ...NINES.map(depthOf),
]
  .sort((a, b) => a - b)
  .filter((depth, i, all) => i === 0 || depth - (all[i - 1] ?? 0) > 1e-9)

/** The percentile curve of a case, as far as ten samples lie beyond, and as no lost message is reached; and how far its repetitions lie apart. */
export function curveOf(c: CaseResult): Curve | null {
  const latency = c.summary?.latency ?? null
  if (latency === null || latency.count === 0) return null
  const whole = reader(latency, c.summary?.loss?.lost ?? 0)
  const single = completed(c).flatMap((one) =>
    one.latency === null ? [] : [reader(one.latency, one.loss?.lost ?? 0)],
  )
  const points: Curve['points'] = []
  const band: Curve['band'] = []
  for (const depth of DEPTHS) {
    const value = whole(depth)
    if (value === null) break
    points.push([round(depth), value])
    if (single.length < 2) continue
    const values = single.map((read) => read(depth))
    if (values.some((one) => one === null)) continue
    const known = values.filter((one) => one !== null)
    band.push([round(depth), Math.min(...known), Math.max(...known)])
  }
  return { points, band }
}

/** For an axis in tenfolds, which has no place for zero. */
function reader(latency: Latency, lost: number): (depth: number) => number | null {
  const at = percentileReader(latency, lost)
  return (depth) => {
    const value = at(depth)
    return value === null ? null : Math.max(1, value)
  }
}

/** Digits that nobody sees are not embedded. */
function round(depth: number): number {
  return Number(depth.toFixed(9))
}
