import { METRICS } from '../../compare/metric.js'
import { compareMetric } from '../../compare/row.js'
import type { MetricName, Row } from '../../compare/schema.js'
import { type Measured, measuredCases, type Source } from '../../compare/source.js'
import { judgeRows } from '../../compare/verdict.js'
import type { Place } from '../../plan/case.js'
import type { CaseResult } from '../../results/schema/schema.js'
import { orderOf, sizeOf, variantName } from './names.js'

/** Two variants of one run: same place, workload and size, measured in turn. */
export interface VariantRatio {
  place: Place
  workload: CaseResult['workload']
  bytes: number
  base: string
  new: string
  row: Row
}

const LATENCY: readonly MetricName[] = ['p50', 'p99']
const RATE: readonly MetricName[] = ['throughput']

/** Every variant against every other of its place, workload and size, repetition by repetition. */
export function variantRatios(source: Source): VariantRatio[] {
  const groups = new Map<string, Measured[]>()
  // How a connection comes about is another question than which transport is ahead.
  const told = measuredCases(source).filter((one) => one.case.workload !== 'connect')
  const all = told.toSorted((a, b) => orderOf(a) - orderOf(b))
  const showsWait = new Set(all.map(({ case: c }) => c.parameters.requested.wait)).size > 1
  for (const one of all) {
    const { parameters, workload } = one.case
    const id = `${one.place} ${workload} ${sizeOf(one.case)} ${parameters.requested.wait}`
    groups.set(id, [...(groups.get(id) ?? []), one])
  }
  const ratios = [...groups.values()].flatMap((group) =>
    group.flatMap((base, i) =>
      group.slice(i + 1).flatMap((other) => ratiosOf(base, other, showsWait)),
    ),
  )
  judgeRows(ratios.map(({ row }) => row))
  return ratios
}

function ratiosOf(base: Measured, other: Measured, showsWait: boolean): VariantRatio[] {
  const { workload } = base.case
  const names = workload === 'stream' ? RATE : LATENCY
  return METRICS.filter(({ name }) => names.includes(name)).map((metric) => ({
    place: base.place,
    workload,
    bytes: sizeOf(base.case),
    base: variantName(base.case, showsWait),
    new: variantName(other.case, showsWait),
    row: compareMetric(metric, base.case, other.case, true),
  }))
}
