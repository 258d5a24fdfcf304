import { usageError } from '../errors.js'
import { ENTRIES } from '../options/groups.js'
import type { Case } from '../plan/case.js'
import { circumstancesOf } from '../plan/circumstances.js'
import type { OptionNames } from './names.js'

/**
 * Refuses an option that would change nothing, instead of measuring something other than its user thinks.
 * Variables are let pass: they are set once for many runs.
 * @throws {XrbenchError} `XRB_USAGE`
 */
export function refuseUnused(cases: readonly Case[], names: OptionNames): void {
  for (const { attribute, casePath, option } of ENTRIES) {
    if (!names.isGiven(attribute)) continue
    const unmet = [...(option.of ?? []), ...(option.takesEffectIn ?? [])].find(
      ({ holds }) => !cases.some((c) => holds(circumstancesOf(c), valueAt(c.parameters, casePath))),
    )
    if (unmet === undefined) continue
    throw usageError(
      'XRB_USAGE',
      `${names.label(attribute)} would change nothing: it needs ${unmet.needs}, and none is measured.`,
      unmet.hint,
    )
  }
}

function valueAt(parameters: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | null | undefined)?.[key],
      parameters,
    )
}
