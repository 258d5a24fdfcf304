import { usageError } from '../errors.js'
import type { Case, Plan, Variant } from './case.js'
import { MAX_CASES } from './limits.js'

/**
 * Two plans as one, whose cases stand in pairs: the first of `a` beside the first of `b`, and so on. {@link schedule} then measures each pair in the
 * order A B B A.
 * @throws {XrbenchError} when a case has no partner, or one of another workload
 */
export function variantsPlan(a: Plan, b: Plan): Plan {
  if (a.cases.length !== b.cases.length) {
    throw usageError(
      'XRB_NO_PARTNER',
      `A has ${count(a)} and B has ${count(b)}: each case of A is held against the one of B at its place in the list.`,
      'give both sides lists of one length; --dry-run shows the cases of a run',
    )
  }
  const cases = a.cases.flatMap((first, i) => {
    const second = b.cases[i]
    if (second === undefined) return []
    if (first.workload !== second.workload) {
      throw usageError(
        'XRB_NO_PARTNER',
        `A measures ${first.key} where B measures ${second.key}: a ${first.workload} cannot be held against a ${second.workload}.`,
        'the same --workload on both sides',
      )
    }
    return [variantOf(first, 'a'), variantOf(second, 'b')]
  })
  if (cases.length > MAX_CASES) {
    throw usageError(
      'XRB_TOO_MANY_CASES',
      `Both sides together make ${cases.length} cases, more than ${MAX_CASES}.`,
      'shorten --size or another list',
    )
  }
  return Object.freeze({ cases: Object.freeze(cases), repetitions: a.repetitions })
}

function variantOf(c: Case, variant: Variant): Case {
  return Object.freeze({ ...c, variant })
}

function count({ cases }: Plan): string {
  return cases.length === 1 ? '1 case' : `${cases.length} cases`
}
