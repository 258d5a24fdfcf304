import { usageError } from '../errors.js'
import { ENTRIES, valueAt } from '../options/groups.js'
import type { Case } from '../plan/case.js'
import { circumstancesOf } from '../plan/circumstances.js'
import type { OptionNames } from './names.js'

/**
 * Refuses an option that would change nothing, instead of measuring something other than its user thinks.
 * Variables are let pass: they are set once for many runs.
 * @throws {XrbenchError} `XRB_USAGE`
 */
export function refuseUnused(cases: readonly Case[], names: OptionNames): void {
  const known = cases.map((c) => ({ about: circumstancesOf(c), parameters: c.parameters }))
  for (const { attribute, casePath, option } of ENTRIES) {
    if (!names.isGiven(attribute)) continue
    const unmet = [...(option.of ?? []), ...(option.takesEffectIn ?? [])].find(
      ({ holds }) =>
        !known.some(({ about, parameters }) => holds(about, valueAt(parameters, casePath))),
    )
    if (unmet === undefined) continue
    throw usageError(
      'XRB_USAGE',
      `${names.label(attribute)} would change nothing: it needs ${unmet.needs}, and none is measured.`,
      unmet.hint,
    )
  }
}
