import { concerns, type Gate } from './gate.js'
import { CONFIDENCE, isEvidence } from './level.js'
import { METRICS } from './metric.js'
import { fullName } from './pattern.js'
import type { CaseRef, Comparison, Effect, GateResult, Pair, Row } from './schema.js'
import { type MeasuredCase, measuredCases, refOf, type Source } from './source.js'
import { holm } from './statistics/adjust.js'
import { type AgainstLimit, againstLimit, againstLimitWithin } from './statistics/against-limit.js'
import { difference } from './statistics/shift.js'
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
 * What the gates say of each case they concern. A regression is shown to be worse than the tolerance (Holm over all that is tested); a pass
 * is shown to be within it; everything else is inconclusive.
 */
export function judgeGates(
  base: Source,
  gates: readonly Gate[],
  comparisons: readonly Comparison[],
): GateResult[] {
  const ofBase = casesByName(base)
  const candidates = comparisons.flatMap((one) =>
    strictest(gates.flatMap((gate) => candidatesOf(gate, one, ofBase))),
  )
  const tested = candidates.flatMap((candidate) => {
    const against = againstTolerance(candidate)
    return against === null ? [] : [{ candidate, against }]
  })
  const adjusted = holm(tested.map(({ against }) => against.p))
  const outcomes = new Map(
    tested.map(({ candidate, against }, i) => [
      candidate,
      { against, adjustedP: adjusted[i] ?? 1, tests: tested.length },
    ]),
  )
  return candidates.map((candidate) => {
    const outcome = outcomes.get(candidate) ?? null
    return {
      gate: candidate.gate.text,
      file: candidate.file,
      case: candidate.ref.key,
      place: candidate.ref.place,
      metric: candidate.gate.metric,
      tolerance: candidate.gate.tolerance,
      adjustedP: outcome?.adjustedP ?? null,
      ...judge(candidate, outcome),
    }
  })
}

/** Whether a gate guards anything of these. */
export function isOfAny(gate: Gate, base: Source, comparisons: readonly Comparison[]): boolean {
  const ofBase = casesByName(base)
  return comparisons.some((one) => candidatesOf(gate, one, ofBase).length > 0)
}

function casesByName(base: Source): ReadonlyMap<string, MeasuredCase> {
  return new Map(measuredCases(base).map((one) => [fullName(refOf(one)), one]))
}

/** Of gates on one metric of one case the strictest: one question is asked once, however often it is written. */
function strictest(candidates: readonly Candidate[]): Candidate[] {
  const found = new Map<string, Candidate>()
  for (const one of candidates) {
    const other = one.pair === null ? '' : fullName(one.pair.new)
    const question = JSON.stringify([fullName(one.ref), other, one.gate.metric])
    const known = found.get(question)
    if (known === undefined || one.gate.tolerance < known.gate.tolerance) found.set(question, one)
  }
  return [...found.values()]
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

interface Outcome {
  against: AgainstLimit
  adjustedP: number
  /** How many were tested. */
  tests: number
}

function judge(
  { gate, pair, row, isNotMeasured }: Candidate,
  outcome: Outcome | null,
): Pick<GateResult, 'verdict' | 'reason'> {
  if (pair === null || row === null) {
    return isNotMeasured
      ? { verdict: 'failed', reason: 'the new result never measured this case' }
      : { verdict: 'inconclusive', reason: 'the new result does not have this case' }
  }
  if (pair.unfinished !== undefined) return { verdict: 'failed', reason: cutShort(pair) }
  const { effect } = row
  if (effect === null || outcome === null) {
    return { verdict: 'inconclusive', reason: row.missing ?? 'not compared' }
  }
  const { against, adjustedP, tests } = outcome
  const limit = limitOf(row, effect, gate.tolerance)
  if (isEvidence(adjustedP) && against.estimate > limit) {
    return { verdict: 'regression', reason: 'shown to be worse than the tolerance' }
  }
  if (against.upper <= limit) {
    return { verdict: 'pass', reason: 'shown to be within the tolerance' }
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

/** The shift of a row on its own scale (logarithms of ratios), turned so that worse is positive, against what is tolerated. */
function againstTolerance({ gate, pair, row }: Candidate): AgainstLimit | null {
  if (pair === null || row === null || row.effect === null || pair.unfinished !== undefined) {
    return null
  }
  const { effect } = row
  const turned = (value: number) => signOf(row) * scaleOf(effect)(value)
  const [x, y] = [row.base.values.map(turned), row.new.values.map(turned)]
  const limit = limitOf(row, effect, gate.tolerance)
  if (pair.design === 'independent' || x.length !== y.length) {
    return againstLimit(x, y, limit, CONFIDENCE)
  }
  const differences = y.map((value, i) => difference(x[i] ?? 0, value))
  return againstLimitWithin(differences, limit, CONFIDENCE)
}

function signOf({ better }: Row): 1 | -1 {
  return better === 'lower' ? 1 : -1
}

function scaleOf({ kind }: Effect): (value: number) => number {
  return kind === 'ratio' ? Math.log : (value) => value
}

function limitOf(row: Row, effect: Effect, tolerance: number): number {
  const neutral = effect.kind === 'ratio' ? 1 : 0
  return signOf(row) * scaleOf(effect)(neutral + signOf(row) * tolerance)
}

function doubt(
  { repetitions, design }: Pair,
  effect: Effect,
  limit: number,
  tests: number,
): string {
  const { base: m, new: n } = repetitions
  // One side of it.
  const leastOf = (a: number, b: number) => (smallestP(a, b, design) / 2) * tests
  const least = leastOf(m, n)
  if (!isEvidence(least)) {
    let enough = Math.max(m, n)
    while (!isEvidence(leastOf(enough, enough))) enough++
    return `too few repetitions to show anything (${m} and ${n}): --repeat ${enough} is the least`
  }
  const width =
    effect.kind === 'ratio' ? Math.log(effect.high / effect.low) : effect.high - effect.low
  const proposal = Math.ceil(Math.min(m, n) * (width / 2 / limit) ** 2)
  const help =
    proposal > Math.min(m, n) && proposal <= MAX_PROPOSAL
      ? `: about ${proposal} repetitions would tell`
      : ''
  return `neither shown to be worse than the tolerance nor to be within it${help}`
}
