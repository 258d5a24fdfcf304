import { concerns, type Gate } from './gate.js'
import { CONFIDENCE, isEvidence } from './level.js'
import { METRICS } from './metric.js'
import { fullName } from './pattern.js'
import type { CaseRef, Comparison, Effect, GateResult, Pair, Row } from './schema.js'
import { type MeasuredCase, measuredCases, refOf, type Source } from './source.js'
import { holm } from './statistics/adjust.js'
import { smallestP } from './statistics/smallest-p.js'

/** Above this a proposal of repetitions is no help. */
const MAX_PROPOSAL = 1000

interface Candidate {
  gate: Gate
  file: string
  ref: CaseRef
  pair: Pair | null
  row: Row | null
  /** The new result was to have it. */
  isNotMeasured: boolean
}

/**
 * What each gate says of each case it concerns. A regression is worse beyond chance (Holm over all gates) and by no less than
 * the tolerance; a pass has its whole interval within the tolerance; everything else is inconclusive.
 */
export function judgeGates(
  base: Source,
  gates: readonly Gate[],
  comparisons: readonly Comparison[],
): GateResult[] {
  const ofBase = new Map(measuredCases(base).map((one) => [fullName(refOf(one)), one]))
  const candidates = gates.flatMap((gate) =>
    comparisons.flatMap((one) => candidatesOf(gate, one, ofBase)),
  )
  const tested = candidates.filter(({ row }) => row?.effect)
  const adjusted = holm(tested.map(({ row }) => row?.effect?.p ?? 1))
  const adjustedPs = new Map(tested.map((candidate, i) => [candidate, adjusted[i] ?? 1]))
  return candidates.map((candidate) => {
    const adjustedP = adjustedPs.get(candidate) ?? null
    return {
      gate: candidate.gate.text,
      file: candidate.file,
      case: candidate.ref.key,
      place: candidate.ref.place,
      metric: candidate.gate.metric,
      tolerance: candidate.gate.tolerance,
      adjustedP,
      ...judge(candidate, adjustedP, tested.length),
    }
  })
}

/** The rows a gate guards, and the cases of the base it can no longer guard. */
function candidatesOf(
  gate: Gate,
  comparison: Comparison,
  ofBase: ReadonlyMap<string, MeasuredCase>,
): Candidate[] {
  const file = comparison.new.file
  const unmeasured = new Set((comparison.notMeasured ?? []).map(fullName))
  const paired = comparison.pairs.flatMap((pair): Candidate[] => {
    const row = pair.rows.find(({ metric }) => metric === gate.metric)
    if (!row || !(concerns(gate, pair.base) || concerns(gate, pair.new))) return []
    return [{ gate, file, ref: pair.base, pair, row, isNotMeasured: false }]
  })
  const gone = comparison.withoutPartner.base.flatMap((ref): Candidate[] =>
    concerns(gate, ref) && hasMetric(gate, ofBase.get(fullName(ref)))
      ? [{ gate, file, ref, pair: null, row: null, isNotMeasured: unmeasured.has(fullName(ref)) }]
      : [],
  )
  return [...paired, ...gone]
}

/** Streams have no round trips, and what is sent reliably no losses. */
function hasMetric({ metric }: Gate, measured: MeasuredCase | undefined): boolean {
  const known = METRICS.find(({ name }) => name === metric)
  return measured !== undefined && known?.applies(measured.case) === true
}

function judge(
  { gate, pair, row, isNotMeasured }: Candidate,
  adjustedP: number | null,
  tests: number,
): Pick<GateResult, 'verdict' | 'reason'> {
  if (pair === null || row === null) {
    return isNotMeasured
      ? { verdict: 'failed', reason: 'the new result never measured this case' }
      : { verdict: 'inconclusive', reason: 'the new result does not have this case' }
  }
  if (pair.unfinished !== undefined) return { verdict: 'failed', reason: cutShort(pair) }
  const { effect } = row
  if (effect === null) return { verdict: 'inconclusive', reason: row.missing ?? 'not compared' }
  const { worst, estimate, limit } = inWorseDirection(row, effect, gate.tolerance)
  if (isEvidence(adjustedP ?? 1) && estimate > 0 && estimate >= limit) {
    return { verdict: 'regression', reason: 'worse beyond chance and beyond the tolerance' }
  }
  if (worst <= limit && effect.confidence >= CONFIDENCE) {
    return { verdict: 'pass', reason: 'the whole interval lies within the tolerance' }
  }
  return { verdict: 'inconclusive', reason: doubt(pair, effect, limit, tests) }
}

function cutShort({ unfinished, repetitions }: Pair): string {
  const sides = [
    unfinished?.base && `of the base ${unfinished.base} after ${repetitions.base}`,
    unfinished?.new && `of the new result ${unfinished.new} after ${repetitions.new}`,
  ]
  return `not measured to its end: ${sides.filter(Boolean).join(', ')} completed repetitions`
}

/** A shift on its own scale (logarithms of ratios), turned so that worse is positive. */
function inWorseDirection(row: Row, effect: Effect, tolerance: number) {
  const scale = effect.kind === 'ratio' ? Math.log : (value: number) => value
  const sign = row.better === 'lower' ? 1 : -1
  const neutral = effect.kind === 'ratio' ? 1 : 0
  return {
    worst: sign * scale(row.better === 'lower' ? effect.high : effect.low),
    estimate: sign * scale(effect.estimate),
    limit: sign * scale(neutral + sign * tolerance),
  }
}

function doubt(
  { repetitions, design }: Pair,
  effect: Effect,
  limit: number,
  tests: number,
): string {
  const { base: m, new: n } = repetitions
  const least = smallestP(m, n, design) * tests
  if (!isEvidence(least)) {
    let enough = Math.max(m, n)
    while (!isEvidence(smallestP(enough, enough, design) * tests)) enough++
    return `too few repetitions to show anything (${m} and ${n}): --repeat ${enough} is the least`
  }
  const width =
    effect.kind === 'ratio' ? Math.log(effect.high / effect.low) : effect.high - effect.low
  const proposal = Math.ceil(Math.min(m, n) * (width / 2 / limit) ** 2)
  const help =
    proposal > Math.min(m, n) && proposal <= MAX_PROPOSAL
      ? `: about ${proposal} repetitions would tell`
      : ''
  return `the interval reaches beyond the tolerance without proving a regression${help}`
}
