import type { CaseResult } from '../../results/schema/schema.js'
import { formatRate, formatSize } from '../../units.js'

/** From so many values on, rows are no longer read one by one. */
const LEAST_VALUES = 3

interface Axis {
  of: 'messageSizeBytes' | 'streams' | 'rateBitsPerSec'
  title: string
  words(value: number): string
  /** What a case's name says of it. */
  part(value: number): string
}

const AXES: readonly Axis[] = [
  { of: 'messageSizeBytes', title: 'size', words: formatSize, part: formatSize },
  {
    ...{ of: 'streams', title: 'streams' },
    words: (value) => `${value}`,
    part: (value) => `streams=${value}`,
  },
  {
    ...{ of: 'rateBitsPerSec', title: 'rate' },
    words: (value) => (value === 0 ? 'no limit' : `${formatRate(value)}bit/s`),
    part: (value) => `rate=${formatRate(value)}`,
  },
]

/** Cases that differ in one value alone, by that value. */
interface Series {
  /** What their names have in common, without the workload. */
  name: string
  at: Map<number, CaseResult>
}

/** All series of one workload over one axis. */
export interface Sweep {
  axis: string
  workload: CaseResult['workload']
  series: readonly string[]
  rows: { value: string; cases: (CaseResult | null)[] }[]
}

/** The sweeps among the cases of one place, and the cases that are part of none. */
export function sweepsOf(cases: readonly CaseResult[]): { sweeps: Sweep[]; rest: CaseResult[] } {
  const sweeps: Sweep[] = []
  let rest = [...cases]
  for (const axis of AXES) {
    for (const workload of new Set(rest.map((one) => one.workload))) {
      const series = seriesOver(
        axis,
        rest.filter((one) => one.workload === workload),
      )
      if (series.length === 0) continue
      sweeps.push({ ...sweepOf(axis, series), workload })
      const swept = new Set(series.flatMap(({ at }) => [...at.values()]))
      rest = rest.filter((one) => !swept.has(one))
    }
  }
  return { sweeps, rest }
}

function seriesOver(axis: Axis, cases: readonly CaseResult[]): Series[] {
  const found = new Map<string, Series>()
  for (const one of cases) {
    const { requested } = one.parameters
    const asked = { ...requested, [axis.of]: null }
    const name = nameWithout(axis.part(requested[axis.of]), one)
    const same = JSON.stringify([one.variant, one.transport, asked, name])
    const series = found.get(same) ?? { name, at: new Map() }
    series.at.set(requested[axis.of], one)
    found.set(same, series)
  }
  return [...found.values()].filter(({ at }) => at.size >= LEAST_VALUES)
}

function nameWithout(part: string, { key, variant, workload }: CaseResult): string {
  const parts = key.split('/').filter((one) => one !== part && one !== workload)
  return `${variant === undefined ? '' : `${variant.toUpperCase()}: `}${parts.join('/')}`
}

function sweepOf(axis: Axis, series: readonly Series[]): Omit<Sweep, 'workload'> {
  const values = [...new Set(series.flatMap(({ at }) => [...at.keys()]))]
  // No limit is the highest of all rates.
  const order = (value: number) => (value === 0 ? Infinity : value)
  return {
    axis: axis.title,
    series: series.map(({ name }) => name),
    rows: values
      .toSorted((a, b) => order(a) - order(b))
      .map((value) => ({
        value: axis.words(value),
        cases: series.map(({ at }) => at.get(value) ?? null),
      })),
  }
}
