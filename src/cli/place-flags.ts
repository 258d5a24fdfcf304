import { usageError } from '../errors.js'
import type { LabOptions } from '../lab/lab.js'
import type { RunFlags } from './commands/run.js'
import { readLabOptions } from './lab-options.js'
import type { FlagOrigin } from './run-request.js'

/** What the command line says of where to measure. */
export interface PlaceFlags {
  /** `only`: everything in the lab; `auto`: RDMA, where this machine has no way to a device, and the others beside it; `never`. */
  lab: 'only' | 'auto' | 'never'
  labOptions: Omit<LabOptions, 'say' | 'signal'>
  /** Whether a SoftRoCE device may be made on this machine. */
  softRoce: boolean
}

/** Options of a lab that may come to be used without `--lab`. */
const LAB_KEYS = ['labKernel', 'memory', 'bootTimeout']

/** @throws {XrbenchError} exit 2 for options that cannot be read, or do not go together */
export function readPlaceFlags(flags: RunFlags, origin: FlagOrigin): PlaceFlags {
  const isOnly = flags.lab !== undefined && flags.lab !== false
  if (isOnly && flags.peer !== undefined) {
    throw usageError(
      'XRB_USAGE',
      `${origin.label('lab')} and ${origin.label('peer')} exclude one another.`,
      'give one of them',
    )
  }
  const lab = isOnly ? 'only' : flags.lab === false || flags.peer !== undefined ? 'never' : 'auto'
  // Without --lab a shaped wire might, or might not, be what is measured.
  const unused = [...(isOnly ? [] : ['netem']), ...(lab === 'never' ? LAB_KEYS : [])]
  const given = unused.find((key) => origin.isGiven(key))
  if (given !== undefined) {
    throw usageError('XRB_USAGE', `${origin.label(given)} needs --lab.`, 'add --lab')
  }
  const guests = typeof flags.lab === 'string' ? flags.lab : undefined
  const label = (key: string) => origin.label(key === 'guests' ? 'lab' : key)
  return {
    lab,
    labOptions: readLabOptions({ ...flags, guests }, label, 2),
    softRoce: flags.softRoce !== false,
  }
}
