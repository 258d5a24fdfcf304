import type { Flag } from '../schema/flag-names.js'
import type { CaseResult } from '../schema/schema.js'

/** How many of a case's repetitions have a flag, as `3/8`; `null` where all have it, or where it is of the case as a whole. */
export function flagShare(
  { repetitions }: Pick<CaseResult, 'repetitions'>,
  flag: Flag,
): string | null {
  const having = repetitions.filter(({ flags }) => flags.includes(flag)).length
  if (flag === 'too-few-samples' || having === 0 || having === repetitions.length) return null
  return `${having}/${repetitions.length}`
}
