import { CIRCUMSTANCES, type Flag } from '../results/schema/flag-names.js'
import { isEvidence } from './level.js'
import type { CasePair } from './pairing.js'
import { preciseProbability } from './probability-words.js'
import type { Pair, Row } from './schema.js'
import { completed, environmentOf, type MeasuredCase } from './source.js'
import { holm } from './statistics/adjust.js'
import { smallestP } from './statistics/smallest-p.js'
import { trendOf } from './statistics/trend.js'

const DAY_MS = 86_400_000
/** Load average per CPU before the measurement itself. */
const BUSY = 0.5
/** Flags that are no doubt, or that are said otherwise here. */
const NOT_A_DOUBT: readonly Flag[] = [...CIRCUMSTANCES, 'few-repetitions', 'too-few-samples']

/** What weakens a comparison, in words. */
export function notesOf(cases: readonly CasePair[], pairs: readonly Pair[]): string[] {
  return [
    ...fewNotes(pairs),
    ...lostNotes(cases),
    ...driftNotes(pairs),
    ...doubtNotes(cases),
    ...timeNotes(cases),
    ...loadNotes(cases),
  ]
}

function fewNotes(pairs: readonly Pair[]): string[] {
  const fewest = pairs
    .filter(({ repetitions: { base, new: other } }) => base > 0 && other > 0)
    .sort((a, b) => leastP(b) - leastP(a))[0]
  if (fewest === undefined) return []
  const { base, new: other } = fewest.repetitions
  const p = leastP(fewest)
  if (!isEvidence(p)) {
    return [
      `Too few repetitions: ${base} and ${other} cannot show a difference (the smallest p they can give is ${preciseProbability(p)}). Measure with --repeat 8 or more.`,
    ]
  }
  if (Math.min(base, other) >= 6) return []
  return [
    `With ${base} and ${other} repetitions only large differences show: --repeat 10 sees more.`,
  ]
}

function leastP({ repetitions, design }: Pair): number {
  return smallestP(repetitions.base, repetitions.new, design)
}

function lostNotes(pairs: readonly CasePair[]): string[] {
  return pairs.flatMap(({ base, new: other }) =>
    (
      [
        ['the base', base],
        ['the new result', other],
      ] as const
    ).flatMap(([side, one]) => {
      const all = one.case.repetitions.length
      const left = all - completed(one.case).length
      if (left === 0) return []
      return [
        `${one.case.key}: ${left} of ${all} repetitions of ${side} did not complete, and do not count.`,
      ]
    }),
  )
}

/** A side whose values move with time measured its machine as well; what was measured later then looks different. */
function driftNotes(pairs: readonly Pair[]): string[] {
  const trends = pairs.flatMap(({ base, rows }) => {
    const row =
      rows.find(({ metric }) => metric === 'p50') ??
      rows.find(({ metric }) => metric === 'throughput')
    if (row === undefined) return []
    return (['base', 'new'] as const).flatMap((side) => {
      const trend = trendOf(row[side].values)
      return trend === null ? [] : [{ key: base.key, side, metric: row.metric, trend }]
    })
  })
  const adjusted = holm(trends.map(({ trend }) => trend.p))
  return trends.flatMap(({ key, side, metric, trend }, i) => {
    const p = adjusted[i] ?? 1
    if (!isEvidence(p)) return []
    const way = trend.tau > 0 ? 'rises' : 'falls'
    const of = side === 'base' ? 'the base' : 'the new result'
    return [
      `${key}: ${metric} of ${of} ${way} from repetition to repetition (Kendall's τ = ${trend.tau.toFixed(2)}, p = ${preciseProbability(p)}): something drifted while it was measured.`,
    ]
  })
}

/** Flags on both sides: what differs between the sides is said among the differences. */
function doubtNotes(pairs: readonly CasePair[]): string[] {
  const cases = new Map<Flag, number>()
  for (const { base, new: other } of pairs) {
    for (const flag of base.case.flags) {
      if (NOT_A_DOUBT.includes(flag) || !other.case.flags.includes(flag)) continue
      cases.set(flag, (cases.get(flag) ?? 0) + 1)
    }
  }
  if (cases.size === 0) return []
  const words = [...cases].map(([flag, count]) =>
    count === pairs.length ? flag : `${flag} (${count} of ${pairs.length} cases)`,
  )
  return [`Doubtful on both sides: ${words.join(', ')}.`]
}

function timeNotes(pairs: readonly CasePair[]): string[] {
  const [first] = pairs
  if (first === undefined) return []
  const [a, b] = [first.base, first.new].map(({ source }) => Date.parse(source.doc.startedAt))
  const days = Math.abs((b ?? 0) - (a ?? 0)) / DAY_MS
  return days >= 1
    ? [
        `${Math.round(days)} ${days < 1.5 ? 'day' : 'days'} lie between the two: more than what was changed may have changed.`,
      ]
    : []
}

/** A machine that does something else meanwhile measures that too. */
function loadNotes(pairs: readonly CasePair[]): string[] {
  const [first] = pairs
  if (first === undefined) return []
  const [a, b] = [loadOf(first.base), loadOf(first.new)]
  if (Math.max(a ?? 0, b ?? 0) <= BUSY) return []
  const words = [a, b].map((load) => (load === null ? 'unknown' : load.toFixed(1)))
  return [
    `The machine was not idle when it began: load per CPU ${words[0]} for the base, ${words[1]} for the new result.`,
  ]
}

/** Load average of the last minute over the CPUs, the busier end. */
function loadOf(measured: MeasuredCase): number | null {
  const loads = Object.values(environmentOf(measured)).flatMap(({ cpu, limits }) =>
    limits.loadAverage?.[0] === undefined ? [] : [limits.loadAverage[0] / cpu.logicalCpus],
  )
  return loads.length === 0 ? null : Math.max(...loads)
}

/** The rows in which the sides differ beyond chance. */
export function differing(pairs: readonly Pair[]): Row[] {
  return pairs.flatMap(({ rows }) =>
    rows.filter(({ verdict }) => verdict === 'better' || verdict === 'worse'),
  )
}
