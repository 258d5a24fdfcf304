import { maxWithLoss, percentileWithLoss } from '../../results/histogram/percentile-with-loss.js'
import { completedOf } from '../../results/repetition/completed.js'
import type { CaseResult } from '../../results/schema/schema.js'
import { ABSENT, amount, bitRate, percentage, time } from '../words/quantity.js'

export interface Column {
  title: string
  /** Heading that adjacent columns share. */
  group?: string
  /** Columns of one part stay together where the table has to be split. */
  part: 'latency' | 'cost'
  align: 'left' | 'right'
  cell(result: CaseResult): string
}

const ROUND_TRIP = 'full round trip'
/** Of a connect: until its first message is back. */
const CONNECT = 'connect and first round trip'
const CPU = 'CPU per message'

/** The columns of the result table, in order; `marks` are the letters that stand for a case's flags. */
export function columnsFor(
  cases: readonly CaseResult[],
  planned: number,
  marks: (result: CaseResult) => string,
): Column[] {
  const connects = cases.filter(({ workload }) => workload === 'connect').length
  const span =
    connects === 0 ? ROUND_TRIP : connects === cases.length ? CONNECT : `${ROUND_TRIP}, or connect`
  const columns: Column[] = [
    { title: 'path', part: 'latency', align: 'left', cell: ({ path }) => path ?? ABSENT },
    latency(span, 'p50', (one) => percentileWithLoss(one, 'p50')),
    latency(span, 'p99', (one) => percentileWithLoss(one, 'p99')),
    latency(span, 'p99.9', (one) => percentileWithLoss(one, 'p999')),
    latency(span, 'max', maxWithLoss),
    right('handshake', 'latency', ({ summary }) =>
      time(summary?.connects?.handshake.percentiles.p50),
    ),
    right('lost', 'latency', ({ summary }) => percentage(summary?.loss?.lostFraction)),
    right('msgs/s', 'cost', ({ summary }) => amount(summary?.spread.messagesPerSec?.median)),
    right('goodput', 'cost', goodput),
    { ...right('client', 'cost', cpu('client')), group: CPU },
    { ...right('server', 'cost', cpu('server')), group: CPU },
    right('samples', 'cost', ({ summary }) => amount(summary?.latency?.count)),
    right('runs', 'cost', (result) => `${completed(result)}/${planned}`),
    { title: 'flags', part: 'cost', align: 'left', cell: marks },
  ]
  const needless = [
    ...(connects > 0 ? [] : ['handshake']),
    ...(cases.some(({ summary }) => (summary?.loss?.lost ?? 0) > 0) ? [] : ['lost']),
    ...(cases.some((one) => completed(one) !== planned) ? [] : ['runs']),
  ]
  return columns.filter(({ title }) => !needless.includes(title))
}

type LatencySummary = NonNullable<NonNullable<CaseResult['summary']>['latency']>

function latency(
  group: string,
  title: string,
  pick: (latency: LatencySummary) => number | null,
): Column {
  const cell = ({ summary }: CaseResult) => {
    const one = summary?.latency
    if (!one) return time(null)
    const value = pick(one)
    // A percentile is the upper edge of its bucket, which may lie 0.1 % above the true maximum.
    if (value === null || !Number.isFinite(value) || one.maxNs === null) return time(value)
    return time(Math.min(value, one.maxNs))
  }
  return { ...right(title, 'latency', cell), group }
}

function right(title: string, part: Column['part'], cell: Column['cell']): Column {
  return { title, part, align: 'right', cell }
}

/** Of a ping-pong it says nothing that messages per second do not. */
function goodput({ workload, summary }: CaseResult): string {
  return bitRate(workload === 'stream' ? summary?.spread.goodputBitsPerSec?.median : null)
}

function cpu(end: 'client' | 'server') {
  return ({ summary }: CaseResult) => time(summary?.spread.cpuPerMessageNs[end]?.median)
}

function completed({ repetitions }: CaseResult): number {
  return completedOf(repetitions).length
}
