import { median } from '../median.js'
import type { CaseResult, Repetition } from '../results/schema/schema.js'
import { CONFIDENCE } from './level.js'
import type { Metric } from './metric.js'
import type { Effect, Row } from './schema.js'
import { completed } from './source.js'
import {
  difference,
  MOST_VALUES,
  type Shift,
  shiftBetween,
  shiftWithin,
} from './statistics/shift.js'

/** One metric of one pair of cases: the values of the repetitions, and how far one side lies from the other. */
export function compareMetric(
  metric: Metric,
  base: CaseResult,
  other: CaseResult,
  isInterleaved: boolean,
): Row {
  const [a, b] = isInterleaved
    ? common(completed(base), completed(other))
    : [completed(base), completed(other)]
  const [x, y] = [valuesOf(metric, a, base), valuesOf(metric, b, other)]
  const missing =
    metric.unit(base) !== metric.unit(other)
      ? 'another unit on either side'
      : (lackOf(metric, base, a, 'the base') ??
        lackOf(metric, other, b, 'the new result') ??
        lostOf(metric, x, y) ??
        tooManyOf(x, y))
  const shift = missing === null ? shiftOf(metric, x, y, isInterleaved) : null
  return {
    metric: metric.name,
    unit: metric.unit(base),
    better: metric.better,
    base: sample(x),
    new: sample(y),
    effect: shift === null ? null : effectOf(metric, shift),
    missing,
    verdict: 'not-compared',
  }
}

/** The repetitions of the same rounds: those that stood beside each other in time. */
function common(a: Repetition[], b: Repetition[]): [Repetition[], Repetition[]] {
  const within = (list: Repetition[]) => new Set(list.map(({ index }) => index))
  const [inA, inB] = [within(a), within(b)]
  return [a.filter(({ index }) => inB.has(index)), b.filter(({ index }) => inA.has(index))]
}

function valuesOf(metric: Metric, repetitions: readonly Repetition[], c: CaseResult): number[] {
  return repetitions.flatMap((repetition) => metric.value(repetition, c) ?? [])
}

/**
 * Why a side cannot be compared. A repetition without a value counts against the rest: those with too few samples are the slow
 * ones, and leaving them out would flatter.
 */
function lackOf(
  metric: Metric,
  c: CaseResult,
  repetitions: readonly Repetition[],
  side: string,
): string | null {
  if (repetitions.length === 0) return `${side} has no completed repetition`
  const lacking = repetitions
    .filter((repetition) => metric.value(repetition, c) === null)
    .sort((a, b) => (a.latency?.count ?? 0) - (b.latency?.count ?? 0))
  const [poorest] = lacking
  if (poorest !== undefined) return `a repetition of ${side} has ${metric.lack(poorest)}`
  if (metric.kind === 'ratio' && valuesOf(metric, repetitions, c).some((value) => value <= 0)) {
    return `a repetition of ${side} has 0, which has no ratio`
  }
  return null
}

/** Between two infinite times there is no ratio, and nobody can say that neither became worse. */
function lostOf({ name }: Metric, x: readonly number[], y: readonly number[]): string | null {
  const isLost = (values: readonly number[]) => median(values) === Number.POSITIVE_INFINITY
  return isLost(x) && isLost(y) ? `both lost more messages than a ${name} leaves` : null
}

/** No run has so many; a file may say it has. */
function tooManyOf(x: readonly number[], y: readonly number[]): string | null {
  if (Math.max(x.length, y.length) <= MOST_VALUES) return null
  return `a side has more than ${MOST_VALUES.toLocaleString('en')} repetitions`
}

function shiftOf(metric: Metric, x: number[], y: number[], isInterleaved: boolean): Shift | null {
  const scale = metric.kind === 'ratio' ? Math.log : (value: number) => value
  const [a, b] = [x.map(scale), y.map(scale)]
  if (!isInterleaved || a.length !== b.length) return shiftBetween(a, b, CONFIDENCE)
  return shiftWithin(
    b.map((value, i) => difference(a[i] ?? 0, value)),
    CONFIDENCE,
  )
}

function effectOf({ kind }: Metric, { estimate, low, high, confidence, p }: Shift): Effect {
  const back = kind === 'ratio' ? Math.exp : (value: number) => value
  return {
    kind,
    estimate: back(estimate),
    low: back(low),
    high: back(high),
    confidence,
    p,
    adjustedP: p,
  }
}

function sample(values: number[]): Row['base'] {
  return { values, median: values.length === 0 ? null : median(values) }
}
