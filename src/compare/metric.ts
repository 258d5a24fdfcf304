import { percentileWithLoss } from '../results/histogram/percentile-with-loss.js'
import { samplesNeeded } from '../results/histogram/percentiles.js'
import { PERCENTILES } from '../results/schema/measures.js'
import type { CaseResult, PercentileKey, Repetition } from '../results/schema/schema.js'
import type { MetricName, Row } from './schema.js'

/** Something that every repetition has one value of. */
export interface Metric {
  name: MetricName
  better: 'lower' | 'higher'
  /** Ratios for what is never 0, differences for what may be. */
  kind: 'ratio' | 'difference'
  unit(c: CaseResult): Row['unit']
  /** Whether cases like this have it at all. */
  applies(c: CaseResult): boolean
  value(repetition: Repetition, c: CaseResult): number | null
  /** Why a repetition that should have it does not. */
  lack(repetition: Repetition): string
}

const PERCENTILE_OF: Partial<Record<MetricName, PercentileKey>> = {
  p50: 'p50',
  p90: 'p90',
  p99: 'p99',
  'p99.9': 'p999',
  'p99.99': 'p9999',
}

export const METRICS: readonly Metric[] = [
  percentile('p50'),
  percentile('p90'),
  percentile('p99'),
  percentile('p99.9'),
  percentile('p99.99'),
  {
    name: 'throughput',
    better: 'higher',
    kind: 'ratio',
    unit: ({ workload }) => (workload === 'stream' ? 'bit/s' : '1/s'),
    applies: () => true,
    value: ({ throughput }, { workload }) =>
      (workload === 'stream' ? throughput?.goodputBitsPerSec : throughput?.messagesPerSec) ?? null,
    lack: () => 'no throughput',
  },
  cpu('client'),
  cpu('server'),
  {
    name: 'loss',
    better: 'lower',
    kind: 'difference',
    unit: () => '1',
    applies: ({ repetitions }) => repetitions.some(({ loss }) => loss !== null),
    value: ({ loss }) => loss?.lostFraction ?? null,
    lack: () => 'nothing sent',
  },
]

function percentile(name: MetricName): Metric {
  const key = PERCENTILE_OF[name] ?? 'p50'
  const oneIn = PERCENTILES.find((one) => one.key === key)?.oneIn ?? 2
  return {
    name,
    better: 'lower',
    kind: 'ratio',
    unit: () => 'ns',
    applies: ({ repetitions }) => repetitions.some(({ latency }) => latency !== null),
    value: ({ latency }) => (latency === null ? null : percentileWithLoss(latency, key)),
    lack: ({ latency, loss }) =>
      `${samples((latency?.count ?? 0) + (loss?.lost ?? 0))}, needs ${samplesNeeded(oneIn).toLocaleString('en')}`,
  }
}

function samples(n: number): string {
  return `${n.toLocaleString('en')} ${n === 1 ? 'sample' : 'samples'}`
}

function cpu(end: 'client' | 'server'): Metric {
  return {
    name: `cpu-${end}`,
    better: 'lower',
    kind: 'ratio',
    unit: () => 'ns',
    applies: () => true,
    value: ({ cpu }) => cpu[end]?.perMessageNs ?? null,
    lack: () => 'no CPU time',
  }
}
