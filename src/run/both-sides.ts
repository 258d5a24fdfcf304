import { usageError, type XrbenchError } from '../errors.js'
import type { OptionNames } from './names.js'

/** What two configurations have in common, by the names of the table, and the address family: they are measured as often, in turn, over one path. */
const OF_BOTH = ['repeat', 'device', 'port', 'gidIndex', 'family']

/**
 * Refuses what one of two configurations asks for, and the other would have as well, or neither.
 * @param names of the options that the one has beyond both
 * @throws {XrbenchError} `XRB_USAGE`
 */
export function refuseOneSided(names: OptionNames): void {
  const misplaced = OF_BOTH.find((option) => names.isGiven(option))
  if (misplaced !== undefined) throw isForBoth(names.label(misplaced))
}

/** That a single configuration cannot have it. */
export function isForBoth(label: string): XrbenchError {
  return usageError(
    'XRB_USAGE',
    `${label} is for both sides.`,
    'xrbench ab [options of both] -- [options of A] -- [options of B]',
  )
}
