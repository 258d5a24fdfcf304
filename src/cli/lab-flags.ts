import { usageError } from '../errors.js'
import type { LabOptions } from '../lab/lab.js'
import type { RunFlags } from './commands/run.js'
import { readLabOptions } from './lab-options.js'
import type { FlagOrigin } from './run-request.js'

/** Options that say something about the lab. */
const LAB_KEYS = ['netem', 'labKernel', 'memory', 'bootTimeout']

/**
 * The lab that is asked for; `null`: none.
 * @throws {XrbenchError} exit 2 for options that cannot be read, or do not go together
 */
export function readLabFlags(
  flags: RunFlags,
  origin: FlagOrigin,
): Omit<LabOptions, 'say' | 'signal'> | null {
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
  if (flags.lab === undefined) return null
  return readLabOptions(
    { ...flags, guests: typeof flags.lab === 'string' ? flags.lab : undefined },
    (key) => origin.label(key === 'guests' ? 'lab' : key),
    2,
  )
}
