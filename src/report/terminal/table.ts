import { layersOf } from '../../compare/layers.js'
import { firstLine } from '../../foreign.js'
import { caseTitle } from '../../results/document/case-name.js'
import { completedOf } from '../../results/repetition/completed.js'
import { flagShare } from '../../results/repetition/flag-share.js'
import type { CaseResult, Clock, ResultDocument } from '../../results/schema/schema.js'
import { groupByPlace } from '../words/places.js'
import { time } from '../words/quantity.js'
import { columnsFor } from './columns.js'
import { renderGrid } from './grid.js'
import { renderLayers } from './layer-lines.js'
import { letterFlags, marksOf, renderFlags } from './legend.js'
import { palette, wrap } from './text.js'

interface TableOptions {
  /** Columns of the terminal. Below 60 it is laid out for 60. */
  width: number
  color: boolean
}

/** A result as a table for people, with what its columns and flags mean. Pure; ends with a line feed. */
export function renderTable(doc: ResultDocument, options: TableOptions): string {
  const width = Math.max(60, options.width)
  const style = palette(options.color)
  const letters = letterFlags(doc)
  const shown = doc.cases.filter(({ status }) => status !== 'skipped')
  const columns = columnsFor(shown, doc.plannedRepetitions, marksOf(letters))
  const sections = [
    shown.length > 0 ? renderGrid(groupByPlace(shown, doc), columns, width, style) : [],
    renderLayers(layersOf(doc), width, style),
    doc.cases.flatMap((one) => troubleLines(one, width)),
    wrap(explanation(doc, shown), width).map((line) => style.dim(line)),
    renderFlags(doc, letters, width, style),
  ]
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return `${text}\n`
}

/** Why a case was not run, or what its first failure was. A message may go on with what a console showed: that is told once, not at each row. */
function troubleLines(result: CaseResult, width: number): string[] {
  const { skipped, repetitions } = result
  const title = caseTitle(result)
  const name = result.place === 'lab' ? `${title} in the lab` : title
  if (skipped !== undefined)
    return wrap(`${name} was not run: ${firstLine(skipped.message)}`, width, 2)
  const failed = repetitions.find(({ failure }) => failure !== null)
  if (failed?.failure == null) return []
  return wrap(`${name} failed in run ${failed.index + 1}: ${failed.failure.message}`, width, 2)
}

/** What the columns mean: what the latency spans, its clock, what is left out, and where goodput is counted. */
function explanation(doc: ResultDocument, shown: readonly CaseResult[]): string {
  const has = (workload: CaseResult['workload']) => shown.some((one) => one.workload === workload)
  const hasRoundTrips = has('ping-pong') || has('rr')
  const sentences = [
    hasRoundTrips ? `Latency: the full round trip, never halved, ${clockWords(shown)}.` : '',
    has('connect')
      ? `Connect: from before anything of a connection exists until its first message has come back${hasRoundTrips ? '' : `, ${clockWords(shown)}`}; handshake: until it is complete at the client.`
      : '',
    has('stream')
      ? 'Goodput: payload that arrived, counted at the receiver between its own time stamps.'
      : '',
    ...shown.flatMap(libraries).filter((words, i, all) => all.indexOf(words) === i),
    'CPU: user and system time of the measuring threads at each end, without soft interrupts.',
    has('ping-pong') ? 'A message of a ping-pong is one round trip.' : '',
    has('rr') ? 'A message of rr is a request with its answer.' : '',
    shown.some(({ summary }) => summary?.latency?.percentilesWithLoss)
      ? 'Lost messages count as infinitely late: ∞ where a percentile falls among them.'
      : '',
    has('connect') ? 'A message of a connect is one connection.' : '',
    `Warm-up is left out; ${mergedWords(doc)}.`,
    shown.some(hasPartialFlag) ? 'A fraction after a flag: so many of the runs have it.' : '',
    'Not measured, or fewer than ten samples beyond a percentile: –.',
  ]
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

function hasPartialFlag(result: CaseResult): boolean {
  return result.flags.some((flag) => flagShare(result, flag) !== null)
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

function mergedWords({ plannedRepetitions: planned, cases }: ResultDocument): string {
  if (planned === 1) return 'there was one run of each'
  const areAllThere = cases.every(({ repetitions }) => completedOf(repetitions).length === planned)
  const runs = areAllThere ? `${planned} runs` : 'the runs that completed'
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
