import { ALPHA, isEvidence } from './level.js'
import type { Pair } from './schema.js'
import { benjaminiHochberg } from './statistics/adjust.js'
import { smallestP } from './statistics/smallest-p.js'

/** Over all rows at once: when nothing differs, the chance that any row says otherwise stays at 5 %. */
export function judgePairs(pairs: readonly Pick<Pair, 'design' | 'rows'>[]): void {
  const tested = pairs.flatMap(({ design, rows }) =>
    rows.flatMap((row) => (row.effect === null ? [] : [{ row, effect: row.effect, design }])),
  )
  const ps = tested.map(({ effect }) => effect.p)
  const adjusted = benjaminiHochberg(ps)
  const chance = chancesBeside(ps)
  tested.forEach(({ row, effect, design }, i) => {
    effect.adjustedP = adjusted[i] ?? 1
    const isUp = effect.estimate > (effect.kind === 'ratio' ? 1 : 0)
    const isWorse = isUp === (row.better === 'lower')
    const least = smallestP(row.base.values.length, row.new.values.length, design)
    row.verdict = isEvidence(effect.adjustedP)
      ? isWorse
        ? 'worse'
        : 'better'
      : chance(least, effect.p)
        ? 'no-evidence'
        : 'cannot-tell'
  })
}

/**
 * Whether a row of these could have been evidence beside the others, had its p been as small as its repetitions can make it. Benjamini and
 * Hochberg's line is crossed at a step that leaves the p of the row itself above it: below, it would be evidence already.
 */
function chancesBeside(ps: readonly number[]): (least: number, p: number) => boolean {
  const sorted = ps.toSorted((a, b) => a - b)
  const first = new Map<number, number>()
  const lineAt = (step: number) => (step * ALPHA) / sorted.length
  const firstStep = (least: number): number => {
    let below = 0
    for (let step = 1; step <= sorted.length; step++) {
      while (below < sorted.length && isUnder(sorted[below] ?? 1, lineAt(step))) below++
      if (isUnder(least, lineAt(step)) && below + 1 >= step) return step
    }
    return Number.POSITIVE_INFINITY
  }
  return (least, p) => {
    const step = first.get(least) ?? firstStep(least)
    first.set(least, step)
    return Number.isFinite(step) && !isUnder(p, lineAt(step))
  }
}

/** By the hair that {@link isEvidence} has. */
function isUnder(p: number, line: number): boolean {
  return line > 0 && isEvidence((p * ALPHA) / line)
}
