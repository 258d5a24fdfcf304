import { usageError } from '../errors.js'
import { caseName } from '../results/document/case-name.js'
import { completedOf } from '../results/repetition/completed.js'
import type { CaseResult } from '../results/schema/schema.js'
import { differencesOf, samenessOf } from './comparability.js'
import type { Gate } from './gate.js'
import { isOfAny, judgeGates } from './gate-verdict.js'
import { METRICS } from './metric.js'
import { differing, notesOf } from './note.js'
import { type CasePair, differInTransport, pairCases } from './pairing.js'
import { fullName } from './pattern.js'
import { compareMetric } from './row.js'
import {
  COMPARE_FORMAT,
  type CompareDocument,
  type Comparison,
  type Pair,
  type Studied,
} from './schema.js'
import { casesOf, type MeasuredCase, refOf, type Source, sideOf } from './source.js'
import { judgePairs } from './verdict.js'

export interface CompareSettings {
  across: Studied | null
  forced: boolean
  gates: readonly Gate[]
}

/**
 * Holds each of `others` against `base`. Pure: whether differences of weight `stop` end it is the caller's to decide.
 * @throws {XrbenchError} when no case has a partner, or a gate concerns none
 */
export function compareResults(
  base: Source,
  others: readonly Source[],
  options: CompareSettings,
): CompareDocument {
  const comparisons = others.map((other) => compareTwo(base, other, options.across))
  return conclude(base, comparisons, options)
}

/** The verdicts, which are over all comparisons at once. Adjusts the rows of `comparisons`. */
export function conclude(
  base: Source,
  comparisons: Comparison[],
  { across, forced, gates }: CompareSettings,
): CompareDocument {
  judgePairs(comparisons.flatMap(({ pairs }) => pairs))
  const judged = judgeGates(base, gates, comparisons)
  for (const gate of gates) {
    if (isOfAny(gate, base, comparisons)) continue
    throw usageError(
      'XRB_BAD_GATE',
      `--fail-on: '${gate.text}' concerns no case that is compared.`,
      `cases are ${comparisons.flatMap(({ pairs }) => pairs.map((pair) => caseName(pair.base))).join(', ')}`,
    )
  }
  return {
    schema: COMPARE_FORMAT,
    across,
    forced,
    base: sideOf(base, across === 'variant' ? 'a' : undefined),
    comparisons,
    gates: judged,
    verdict: verdictOf(comparisons),
    gateVerdict: judged.length === 0 ? null : worst(judged.map(({ verdict }) => verdict)),
  }
}

function verdictOf(comparisons: readonly Comparison[]): CompareDocument['verdict'] {
  const pairs = comparisons.flatMap((one) => one.pairs)
  const tested = pairs.flatMap(({ rows }) => rows.filter(({ effect }) => effect !== null))
  if (tested.length === 0) return 'not-compared'
  if (differing(pairs).length > 0) return 'difference'
  const isCut =
    pairs.some(({ unfinished }) => unfinished !== undefined) ||
    comparisons.some(({ notMeasured = [] }) => notMeasured.length > 0)
  return isCut || tested.every(({ verdict }) => verdict === 'cannot-tell')
    ? 'cannot-tell'
    : 'no-evidence'
}

/** One result against the base, before any verdict; what it returns holds nothing of the results. */
export function compareTwo(base: Source, other: Source, across: Studied | null): Comparison {
  if (base.doc.id === other.doc.id && across !== 'transport' && across !== 'variant') {
    throw usageError(
      'XRB_SAME_RESULT',
      `${base.file} and ${other.file} are the same run.`,
      '--across transport compares the transports of one run',
    )
  }
  const { pairs, withoutPartner } = pairCases(base, other, across)
  if (pairs.length === 0) throw nothingToCompare(base, other, withoutPartner, across)
  const compared = pairs.map(comparePair)
  const unmeasured = neverMeasured(other, withoutPartner.base)
  return {
    new: sideOf(other, across === 'variant' ? 'b' : undefined),
    same: samenessOf(pairs),
    differences: differencesOf(pairs, across),
    pairs: compared,
    withoutPartner: {
      base: withoutPartner.base.map(refOf),
      new: withoutPartner.new.map(refOf),
    },
    ...(unmeasured.length > 0 && { notMeasured: unmeasured.map(refOf) }),
    notes: notesOf(pairs, compared),
  }
}

/** Of cases without a partner those that `other` was to have. */
function neverMeasured(other: Source, alone: readonly MeasuredCase[]): MeasuredCase[] {
  const there = new Set(casesOf(other).map((one) => fullName(refOf(one))))
  return alone.filter(
    (one) => one.source.doc.id !== other.doc.id && there.has(fullName(refOf(one))),
  )
}

function comparePair({ base, new: other, isInterleaved }: CasePair): Pair {
  const rows = METRICS.filter(
    (metric) => metric.applies(base.case) && metric.applies(other.case),
  ).map((metric) => compareMetric(metric, base.case, other.case, isInterleaved))
  const count = ({ case: c }: MeasuredCase) => completedOf(c.repetitions).length
  return {
    base: refOf(base),
    new: refOf(other),
    design: isInterleaved ? 'interleaved' : 'independent',
    repetitions: { base: count(base), new: count(other) },
    ...unfinishedOf(base.case, other.case),
    rows,
  }
}

function unfinishedOf(base: CaseResult, other: CaseResult): Pick<Pair, 'unfinished'> {
  const [a, b] = [base.status, other.status]
  if (a === 'completed' && b === 'completed') return {}
  return {
    unfinished: { ...(a !== 'completed' && { base: a }), ...(b !== 'completed' && { new: b }) },
  }
}

const BY_WEIGHT = ['regression', 'failed', 'inconclusive', 'pass'] as const

function worst(verdicts: readonly (typeof BY_WEIGHT)[number][]): (typeof BY_WEIGHT)[number] {
  return BY_WEIGHT.find((verdict) => verdicts.includes(verdict)) ?? 'pass'
}

function nothingToCompare(
  base: Source,
  other: Source,
  { base: left, new: right }: { base: MeasuredCase[]; new: MeasuredCase[] },
  across: Studied | null,
) {
  const names = (side: MeasuredCase[]) =>
    side.length === 0 ? 'nothing' : side.map((one) => caseName(refOf(one))).join(', ')
  const otherTransport = differInTransport(left, right)
  const hint =
    across !== 'transport' && otherTransport
      ? '--across transport compares cases that differ only in that'
      : 'measure the same cases on both sides: the same transports, workloads, sizes and waits'
  return usageError(
    'XRB_NOTHING_TO_COMPARE',
    `${base.file} and ${other.file} have no case in common: the first has ${names(left)}, the second ${names(right)}.`,
    hint,
  )
}
