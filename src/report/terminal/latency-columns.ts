import { maxWithLoss, percentileWithLoss } from '../../results/histogram/percentile-with-loss.js'
import type { CaseResult } from '../../results/schema/schema.js'
import { ABSENT, amount, percentage, time } from '../words/quantity.js'
import { deviation, timeRange } from '../words/spread.js'
import { type Column, numbers } from './column.js'

const CPU = 'CPU per message'

/** Of p99.9, where every run that the merged one is of has its own: else that may lie outside of what it is of. */
export function rangeOfTails(summary: CaseResult['summary']): string {
  const { p999Ns } = summary?.spread ?? {}
  return p999Ns?.count === summary?.repetitions ? timeRange(p999Ns) : ABSENT
}

type LatencySummary = NonNullable<NonNullable<CaseResult['summary']>['latency']>

/** The columns of whatever has a latency; `cases` say what it spans. */
export function latencyColumns(cases: readonly CaseResult[]): Column[] {
  const span = spanOf(cases)
  return [
    percentile('p50', span, (one) => percentileWithLoss(one, 'p50')),
    numbers('±', 'figure', ({ summary }) => deviation(summary?.spread.p50Ns), span),
    percentile('p99', span, (one) => percentileWithLoss(one, 'p99')),
    percentile('p99.9', span, (one) => percentileWithLoss(one, 'p999')),
    numbers('of the runs', 'figure', ({ summary }) => rangeOfTails(summary), span),
    numbers('lost', 'figure', ({ summary }) => percentage(summary?.loss?.lostFraction)),
    percentile('max', undefined, maxWithLoss, 'cost'),
    numbers('handshake', 'cost', ({ summary }) =>
      time(summary?.connects?.handshake.percentiles.p50),
    ),
    numbers('msgs/s', 'cost', ({ summary }) => amount(summary?.spread.messagesPerSec?.median)),
    numbers('client', 'cost', cpu('client'), CPU),
    numbers('server', 'cost', cpu('server'), CPU),
    numbers('samples', 'cost', ({ summary }) => amount(summary?.latency?.count)),
  ]
}

/** Of a connect: until its first message is back. */
function spanOf(cases: readonly CaseResult[]): string {
  const connects = cases.filter(({ workload }) => workload === 'connect').length
  if (connects === 0) return 'full round trip'
  return connects === cases.length ? 'connect and first round trip' : 'full round trip, or connect'
}

function percentile(
  title: string,
  group: string | undefined,
  pick: (latency: LatencySummary) => number | null,
  part: Column['part'] = 'figure',
): Column {
  const cell = ({ summary }: CaseResult) => {
    const one = summary?.latency
    if (!one) return time(null)
    const value = pick(one)
    // A percentile is the upper edge of its bucket, which may lie 0.1 % above the true maximum.
    if (value === null || !Number.isFinite(value) || one.maxNs === null) return time(value)
    return time(Math.min(value, one.maxNs))
  }
  return numbers(title, part, cell, group)
}

function cpu(end: 'client' | 'server') {
  return ({ summary }: CaseResult) => time(summary?.spread.cpuPerMessageNs[end]?.median)
}
