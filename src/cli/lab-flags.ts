import { usageError } from '../errors.js'
import type { RunFlags } from './commands/run.js'
import type { FlagOrigin } from './run-request.js'

/** Options that say something about the lab or about this side of it; the run in the guest does not get them. */
const LAB_KEYS = ['netem', 'labKernel', 'memory', 'bootTimeout']
export const OWN_KEYS = [...LAB_KEYS, 'lab', 'output']

/** @throws {XrbenchError} `XRB_USAGE` (exit 2) for options that do not go together */
export function checkLabFlags(flags: RunFlags, origin: FlagOrigin): void {
  if (flags.lab !== undefined && flags.peer !== undefined) {
    throw usageError(
      'XRB_USAGE',
      `${origin.label('lab')} and ${origin.label('peer')} exclude one another.`,
      'give one of them',
    )
  }
  const given = LAB_KEYS.find((key) => origin.isGiven(key))
  if (flags.lab === undefined && given !== undefined) {
    throw usageError('XRB_USAGE', `${origin.label(given)} needs --lab.`, 'add --lab')
  }
}
