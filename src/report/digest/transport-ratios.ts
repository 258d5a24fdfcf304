import { METRICS, type Metric } from '../../compare/metric.js'
import { compareMetric } from '../../compare/row.js'
import type { MetricName, Row } from '../../compare/schema.js'
import { completed, type MeasuredCase, measuredCases, type Source } from '../../compare/source.js'
import { judgePairs } from '../../compare/verdict.js'
import { median } from '../../median.js'
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

/** Where there are more variants of one size than that, not every one stands against every other. */
const MOST_IN_TURN = 16

/**
 * Every variant against every other of its place, workload and size, repetition by repetition; of very many, each against the first and against the
 * best, which is what is told of them.
 */
export function variantRatios(source: Source): VariantRatio[] {
  const groups = new Map<string, MeasuredCase[]>()
  // How a connection comes about is another question than which transport is ahead.
  const told = measuredCases(source).filter((one) => one.case.workload !== 'connect')
  const all = told.toSorted((a, b) => orderOf(a) - orderOf(b))
  const showsWait = new Set(all.map(({ case: c }) => c.parameters.requested.wait)).size > 1
  for (const one of all) {
    const { parameters, workload } = one.case
    const id = `${one.place} ${workload} ${sizeOf(one.case)} ${parameters.requested.wait}`
    const group = groups.get(id)
    if (group === undefined) groups.set(id, [one])
    else group.push(one)
  }
  const ratios = [...groups.values()].flatMap((group) =>
    basesOf(group).flatMap((base, i, bases) => {
      const before = new Set(bases.slice(0, i))
      return group
        .filter((other) => other !== base && !before.has(other))
        .flatMap((other) => ratiosOf(base, other, showsWait))
    }),
  )
  judgePairs([{ design: 'interleaved', rows: ratios.map(({ row }) => row) }])
  return ratios
}

/** What the others of a group stand against, in their order. */
function basesOf(group: readonly MeasuredCase[]): readonly MeasuredCase[] {
  if (group.length <= MOST_IN_TURN) return group
  const best = metricsOf(group).flatMap((metric) => bestOf(group, metric) ?? [])
  return group.filter((one, i) => i === 0 || best.includes(one))
}

function bestOf(group: readonly MeasuredCase[], metric: Metric): MeasuredCase | null {
  const sign = metric.better === 'lower' ? 1 : -1
  let [best, least] = [null as MeasuredCase | null, Number.POSITIVE_INFINITY]
  for (const one of group) {
    const values = completed(one.case).flatMap((each) => metric.value(each, one.case) ?? [])
    const value = values.length === 0 ? Number.POSITIVE_INFINITY : sign * median(values)
    if (value < least) [best, least] = [one, value]
  }
  return best
}

function metricsOf([first]: readonly MeasuredCase[]): Metric[] {
  const names = first?.case.workload === 'stream' ? RATE : LATENCY
  return METRICS.filter(({ name }) => names.includes(name))
}

function ratiosOf(base: MeasuredCase, other: MeasuredCase, showsWait: boolean): VariantRatio[] {
  const { workload } = base.case
  return metricsOf([base]).map((metric) => ({
    place: base.place,
    workload,
    bytes: sizeOf(base.case),
    base: variantName(base.case, showsWait),
    new: variantName(other.case, showsWait),
    row: compareMetric(metric, base.case, other.case, true),
  }))
}
