import { maxWithLoss, percentileWithLoss } from '../../results/histogram/percentile-with-loss.js'
import { completedOf } from '../../results/repetition/completed.js'
import { flagShare } from '../../results/repetition/flag-share.js'
import type { CaseResult, Clock, ResultDocument } from '../../results/schema/schema.js'
import { ABSENT, time } from '../words/quantity.js'
import { deviation } from '../words/spread.js'
import { rangeOfTails } from './latency-columns.js'
import { resentFraction } from './resent.js'
import { ownFlags, type SharedFacts } from './shared-facts.js'

/** What the columns mean, of those that are there (`rows`: of cases that are in no sweep): what the latency spans, its clock, where goodput is counted, what the figures are of. */
export function explanation(
  doc: ResultDocument,
  shown: readonly CaseResult[],
  rows: readonly CaseResult[],
  shared: SharedFacts,
): string {
  const has = (workload: CaseResult['workload']) => shown.some((one) => one.workload === workload)
  const some = (holds: (one: CaseResult) => boolean, sentence: string) =>
    rows.some(holds) ? sentence : ''
  const hasRoundTrips = has('ping-pong') || has('rr')
  const sentences = [
    hasRoundTrips ? `Latency: the full round trip, never halved, ${clockWords(shown)}.` : '',
    has('connect')
      ? `Connect: from before anything of a connection exists until its first message has come back${hasRoundTrips ? '' : `, ${clockWords(shown)}`}; handshake: until it is complete at the client.`
      : '',
    has('stream') ? 'Goodput: payload that arrived, counted at the receiver.' : '',
    some(
      (one) => resentFraction(one) !== null,
      'Resent: bytes that TCP, packets that QUIC sent again.',
    ),
    ...shown.flatMap(libraries).filter((words, i, all) => all.indexOf(words) === i),
    some(() => true, 'CPU: of the measuring threads, without soft interrupts.'),
    rows.length < shown.length
      ? '*: this one has flags of its own. All figures of a sweep: xrbench export.'
      : '',
    has('rr') ? 'A message of rr is a request with its answer.' : '',
    has('connect') ? 'A message of a connect is one connection.' : '',
    `Warm-up is left out; ${mergedWords(doc, shown)}.`,
    some(
      hasDeviation,
      `±: half the range of the runs' own ${deviatingWords(rows)}, of their median.`,
    ),
    some(
      ({ summary }) => rangeOfTails(summary) !== ABSENT,
      'Of the runs: the least and the greatest of their own p99.9.',
    ),
    some(
      ({ summary }) => summary?.latency?.percentilesWithLoss != null,
      'Lost messages count as infinitely late: ∞ where a percentile falls among them.',
    ),
    some(
      (one) => ownFlags(one, shared).some((flag) => flagShare(one, flag) !== null),
      'A fraction after a flag: so many of the runs have it.',
    ),
    some(lacksPercentile, 'Fewer than ten samples beyond a percentile, or not measured: –.'),
  ]
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

function hasDeviation({ summary, workload }: CaseResult): boolean {
  const { p50Ns, goodputBitsPerSec } = summary?.spread ?? {}
  return deviation(workload === 'stream' ? goodputBitsPerSec : p50Ns) !== ABSENT
}

function deviatingWords(shown: readonly CaseResult[]): string {
  const streams = shown.filter(({ workload }) => workload === 'stream').length
  if (streams === 0) return 'p50'
  return streams === shown.length ? 'goodput' : 'p50 or goodput'
}

function lacksPercentile({ summary, workload }: CaseResult): boolean {
  const latency = summary?.latency
  if (!latency) return workload !== 'stream'
  const percentiles = (['p50', 'p99', 'p999'] as const).map((key) =>
    percentileWithLoss(latency, key),
  )
  return [...percentiles, maxWithLoss(latency)].includes(null)
}

/** Whose TLS and QUIC it was: another library's figures are others. */
function libraries({ transport, parameters }: CaseResult): string[] {
  const { tls, quic } = parameters.effective.client ?? {}
  if (!tls) return []
  const cipher = tls.cipher === 'NULL' ? 'packets not encrypted' : tls.cipher
  const security = `${tls.protocol} by ${tls.library} ${tls.version}, ${cipher}`
  if (!quic && tls.ktls) return [`ktls: TCP with ${security}, the records by the kernel.`]
  if (!quic) {
    const refusal = tls.ktlsProblem === null ? '' : `; no kTLS here (${tls.ktlsProblem})`
    return [`tls: TCP with ${security}${refusal}.`]
  }
  const packets = `packets of ${quic.udpPayloadBytes.toLocaleString('en-US')} B`
  const whose = transport === 'quic:openssl' ? " (Node's own)" : ''
  return [
    `${transport}: QUIC via ${quic.library} ${quic.version}${whose}, ${security}, ${packets}.`,
  ]
}

function mergedWords(
  { plannedRepetitions: planned }: ResultDocument,
  shown: readonly CaseResult[],
): string {
  const completed = shown.map(({ repetitions }) => completedOf(repetitions).length)
  if (completed.includes(0)) return 'figures are of what was measured until it was cut short'
  if (planned === 1) return 'there was one run of each'
  const runs = completed.every((count) => count === planned)
    ? `${planned} runs`
    : 'the runs that completed'
  return `percentiles are over all samples of ${runs}, rates and CPU are the median run`
}

function clockWords(shown: readonly CaseResult[]): string {
  const clocks = shown.flatMap(({ repetitions }) =>
    repetitions.flatMap((one) => one.clock.client ?? []),
  )
  const sources = [...new Set(clocks.map(({ source }) => CLOCK_NAMES[source]))]
  if (sources.length === 0) return "on the client's clock"
  const cost = clocks.reduce((most, { readingCostNs }) => Math.max(most, readingCostNs), 0)
  const takes = sources.length > 1 ? 'takes up to' : 'takes'
  return `on the client's clock (${sources.join(', ')}; a reading ${takes} ${time(cost)})`
}

const CLOCK_NAMES: Record<Clock['source'], string> = {
  tsc: 'TSC',
  'monotonic-raw': 'CLOCK_MONOTONIC_RAW',
}
