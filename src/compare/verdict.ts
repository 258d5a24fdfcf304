import { isEvidence } from './level.js'
import type { Row } from './schema.js'
import { benjaminiHochberg } from './statistics/adjust.js'

/** Over all rows at once: when nothing differs, the chance that any row says otherwise stays at 5 %. */
export function judgeRows(rows: readonly Row[]): void {
  const tested = rows.filter(({ effect }) => effect !== null)
  const adjusted = benjaminiHochberg(tested.map(({ effect }) => effect?.p ?? 1))
  tested.forEach((row, i) => {
    if (row.effect === null) return
    row.effect.adjustedP = adjusted[i] ?? 1
    const { kind, estimate, adjustedP } = row.effect
    const isUp = estimate > (kind === 'ratio' ? 1 : 0)
    const isWorse = isUp === (row.better === 'lower')
    row.verdict = !isEvidence(adjustedP) ? 'no-evidence' : isWorse ? 'worse' : 'better'
  })
}
