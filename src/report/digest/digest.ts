import { completed, type MeasuredCase, measuredCases, type Source } from '../../compare/source.js'
import { firstLine } from '../../foreign.js'
import type { Place } from '../../plan/case.js'
import { maxWithLoss, percentileWithLoss } from '../../results/histogram/percentile-with-loss.js'
import { flagShare } from '../../results/repetition/flag-share.js'
import type {
  CaseResult,
  Flag,
  LabFacts,
  PercentileKey,
  Repetition,
} from '../../results/schema/schema.js'
import { type Curve, curveOf } from './curve-of.js'
import { type Heat, heatOf } from './heat-of.js'
import { orderOf, shortName, sizeOf, variantName } from './names.js'

/** What a report keeps of a case: a few numbers for each repetition, and its curves where they are drawn. */
export interface CaseDigest {
  key: string
  place: Place
  transport: CaseResult['transport']
  workload: CaseResult['workload']
  status: CaseResult['status']
  path: CaseResult['path']
  flags: Flag[]
  /** Of flags that not all repetitions have: `3/8`. */
  flagShares: Partial<Record<Flag, string>>
  bytes: number
  wait: CaseResult['parameters']['requested']['wait']
  variant: string
  name: string
  planned: number
  /** Of completed repetitions, in their order; infinite where more was lost than a percentile leaves. */
  values: Record<Value, number[]>
  samples: number | null
  /** Infinite where more was lost than they leave, as `maxNs` is when anything was. */
  percentiles: { p50: number | null; p99: number | null; p999: number | null; p9999: number | null }
  maxNs: number | null
  lostFraction: number | null
  curve: Curve | null
  heat: Heat | null
}

export type Value = 'p50' | 'p99' | 'goodput' | 'messages' | 'cpuClient' | 'cpuServer'

/** What a report keeps of a result. */
export interface Digest {
  name: string
  file: string
  label: string | null
  startedAt: string
  status: string
  version: string
  commit: string | null
  command: string
  planned: number
  flags: Flag[]
  lab: LabFacts | null
  cases: CaseDigest[]
  /** Why a case was not run, or did not end well. */
  troubles: string[]
}

interface Keep {
  curves: boolean
  heat: boolean
}

export function digestOf(source: Source, name: string, keep: Keep): Digest {
  const { doc, file } = source
  const measured = measuredCases(source).toSorted((a, b) => orderOf(a) - orderOf(b))
  const showsWait = new Set(measured.map(({ case: c }) => c.parameters.requested.wait)).size > 1
  return {
    name,
    file: file,
    label: doc.label ?? null,
    startedAt: `${doc.startedAt.slice(0, 16).replace('T', ' ')} UTC`,
    status: doc.status,
    version: doc.tool.version,
    commit: doc.tool.commit?.slice(0, 12) ?? null,
    command: doc.command.join(' '),
    planned: doc.plannedRepetitions,
    flags: doc.flags,
    lab: doc.lab ?? null,
    cases: measured.map((one) => digestCase(one, showsWait, doc.plannedRepetitions, keep)),
    troubles: doc.cases.flatMap(troubleOf),
  }
}

function sharesOf(c: CaseResult): CaseDigest['flagShares'] {
  const shares = c.flags.flatMap((flag): [Flag, string][] => {
    const share = flagShare(c, flag)
    return share === null ? [] : [[flag, share]]
  })
  return Object.fromEntries(shares)
}

function digestCase(
  { case: c, place }: MeasuredCase,
  showsWait: boolean,
  planned: number,
  keep: Keep,
): CaseDigest {
  const counted = completed(c)
  const { summary } = c
  const latency = summary?.latency ?? null
  const values = (of: (repetition: Repetition) => number | null | undefined) =>
    counted.flatMap((repetition) => of(repetition) ?? []).filter((value) => value > 0)
  const percentile = (of: Repetition['latency'], key: PercentileKey) =>
    of && percentileWithLoss(of, key)
  return {
    key: c.key,
    place,
    transport: c.transport,
    workload: c.workload,
    status: c.status,
    path: c.path,
    flags: c.flags,
    flagShares: sharesOf(c),
    bytes: sizeOf(c),
    wait: c.parameters.requested.wait,
    variant: variantName(c, showsWait),
    name: shortName(c, showsWait),
    planned,
    values: {
      p50: values((one) => percentile(one.latency, 'p50')),
      p99: values((one) => percentile(one.latency, 'p99')),
      goodput: values((one) => one.throughput?.goodputBitsPerSec),
      messages: values((one) => one.throughput?.messagesPerSec),
      cpuClient: values((one) => one.cpu.client?.perMessageNs),
      cpuServer: values((one) => one.cpu.server?.perMessageNs),
    },
    samples: latency?.count ?? null,
    percentiles: {
      p50: percentile(latency, 'p50'),
      p99: percentile(latency, 'p99'),
      p999: percentile(latency, 'p999'),
      p9999: percentile(latency, 'p9999'),
    },
    maxNs: latency && maxWithLoss(latency),
    lostFraction: summary?.loss?.lostFraction ?? null,
    curve: keep.curves ? curveOf(c) : null,
    heat: keep.heat ? heatOf(c) : null,
  }
}

function troubleOf(c: CaseResult): string[] {
  const name = c.place === 'lab' ? `${c.key} in the lab` : c.key
  if (c.skipped !== undefined) {
    return [`${name} was not run: ${firstLine(c.skipped.message)}`]
  }
  const failed = c.repetitions.find(({ failure }) => failure !== null)
  if (failed?.failure == null) return []
  return [`${name} failed in run ${failed.index + 1}: ${firstLine(failed.failure.message)}`]
}
