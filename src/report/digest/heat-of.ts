import { completed } from '../../compare/source.js'
import { highestEquivalent } from '../../results/histogram/buckets.js'
import { decodeBuckets } from '../../results/histogram/codec.js'
import { hasEnough, rankAtQuantile } from '../../results/histogram/percentiles.js'
import type { CaseResult, Interval } from '../../results/schema/schema.js'
import type { HeatChart } from '../charts/chart.js'

/** A percentile that falls among lost messages is infinite. */
export interface Heat
  extends Pick<HeatChart, 'columns' | 'edges' | 'cells' | 'median' | 'p99' | 'breaks'> {
  /** It is known in which column each lost message was. */
  placesLosses: boolean
}

const MOST_COLUMNS = 60
const BINS = 32
/** With fewer there is no course of time to see. */
const LEAST_COLUMNS = 3

interface Column {
  from: number
  to: number
  /** Samples by the upper edge of their bucket, ns. */
  counts: Map<number, number>
  /** Later than all of them; `null`: the file does not tell when. */
  lost: number | null
}

/** Round trips over measured time; the repetitions stand one after the other. `null`: not enough intervals. */
export function heatOf(c: CaseResult): Heat | null {
  const repetitions = completed(c)
  const intervals = repetitions.reduce((sum, one) => sum + one.intervals.length, 0)
  const perColumn = Math.ceil(intervals / MOST_COLUMNS)
  const columns: Column[] = []
  const breaks: number[] = []
  let start = 0
  for (const repetition of repetitions) {
    if (start > 0) breaks.push(start / 1e9)
    for (let i = 0; i < repetition.intervals.length; i += perColumn) {
      const group = repetition.intervals.slice(i, i + perColumn)
      const length = group.reduce((sum, one) => sum + one.durationNs, 0)
      const [counts, lost] = [countsOf(group), lostIn(group)]
      columns.push({ from: start / 1e9, to: (start + length) / 1e9, counts, lost })
      start += length
    }
  }
  const values = columns.flatMap(({ counts }) => [...counts.keys()])
  if (columns.length < LEAST_COLUMNS || values.length === 0) return null
  const edges = edgesOf(values.reduce(lesser), values.reduce(greater))
  return {
    columns: columns.map(({ from, to }) => [short(from), short(to)]),
    edges: edges.map(Math.round),
    cells: columns.flatMap((column, i) => cellsOf(column, i, edges)),
    median: columns.map((column) => quantile(column, 2)),
    p99: columns.map((column) => quantile(column, 100)),
    breaks: breaks.map(short),
    placesLosses: columns.every(({ lost }) => lost !== null),
  }
}

function countsOf(intervals: readonly Interval[]): Column['counts'] {
  const counts: Column['counts'] = new Map()
  for (const { latency } of intervals) {
    if (latency === null) continue
    const buckets = decodeBuckets(latency.histogram)
    buckets.indices.forEach((index, i) => {
      const value = Math.max(1, highestEquivalent(index))
      counts.set(value, (counts.get(value) ?? 0) + (buckets.counts[i] ?? 0))
    })
    const { overflow, maxNs } = latency
    if (overflow > 0 && maxNs !== null) counts.set(maxNs, (counts.get(maxNs) ?? 0) + overflow)
  }
  return counts
}

function lostIn(intervals: readonly Interval[]): number | null {
  return intervals.reduce<number | null>(
    (sum, { lost }) => (sum === null || lost === undefined ? null : sum + lost),
    0,
  )
}

/** Classes of equal width in logarithms. */
function edgesOf(low: number, high: number): number[] {
  const [from, to] = [Math.log(low * 0.98), Math.log(high * 1.02)]
  return Array.from({ length: BINS + 1 }, (_, i) => Math.exp(from + ((to - from) * i) / BINS))
}

function cellsOf(
  { counts, lost }: Column,
  column: number,
  edges: readonly number[],
): Heat['cells'] {
  const [first, last] = [Math.log(edges[0] ?? 1), Math.log(edges.at(-1) ?? 2)]
  const bins = new Array<number>(BINS).fill(0)
  let total = lost ?? 0
  for (const [value, count] of counts) {
    const bin = Math.floor(((Math.log(value) - first) / (last - first)) * BINS)
    const at = Math.min(BINS - 1, Math.max(0, bin))
    bins[at] = (bins[at] ?? 0) + count
    total += count
  }
  return bins.flatMap((count, bin): Heat['cells'] =>
    count === 0 ? [] : [[column, bin, Number((count / total).toPrecision(3))]],
  )
}

function quantile({ counts, lost }: Column, oneIn: number): number | null {
  const sorted = [...counts].sort(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, count]) => sum + count, lost ?? 0)
  if (!hasEnough(total, oneIn)) return null
  let left = rankAtQuantile(total, oneIn)
  for (const [value, count] of sorted) {
    left -= count
    if (left <= 0) return value
  }
  return Number.POSITIVE_INFINITY
}

function short(seconds: number): number {
  return Number(seconds.toFixed(3))
}

const lesser = (a: number, b: number) => Math.min(a, b)
const greater = (a: number, b: number) => Math.max(a, b)
