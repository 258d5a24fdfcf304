import { ENDINGS, type Flag } from '../schema/flag-names.js'
import type { CaseResult } from '../schema/schema.js'
import { flaggedOf } from './completed.js'

/**
 * How many of a case's repetitions have a flag, as `3/8`: of those that its figures are of, or of all for how they ended. `null` where all have it, or
 * where it is of the case as a whole.
 */
export function flagShare(
  { repetitions }: Pick<CaseResult, 'repetitions'>,
  flag: Flag,
): string | null {
  const of = ENDINGS.includes(flag) ? repetitions : flaggedOf(repetitions)
  const having = of.filter(({ flags }) => flags.includes(flag)).length
  if (flag === 'too-few-samples' || having === 0 || having === of.length) return null
  return `${having}/${of.length}`
}
