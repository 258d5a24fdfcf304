import { usageError } from '../../errors.js'
import type { OptionNames } from '../../run/names.js'
import type { Whereabouts } from '../../run/whereabouts.js'
import { readLabOptions } from '../flags/lab-options.js'
import type { RunFlags } from './flags.js'
import { readTarget } from './target.js'

/** Options of a lab that may come to be used without `--lab`. */
const LAB_KEYS = ['labKernel', 'memory', 'bootTimeout']

/** What the command line says of where to measure. @throws {XrbenchError} exit 2 for options that cannot be read, or do not go together */
export function readWhere(flags: RunFlags, names: OptionNames): Whereabouts {
  const isOnly = flags.lab !== undefined && flags.lab !== false
  if (isOnly && flags.peer !== undefined) {
    throw usageError(
      'XRB_USAGE',
      `${names.label('lab')} and ${names.label('peer')} exclude one another.`,
      'give one of them',
    )
  }
  const lab = isOnly ? 'only' : flags.lab === false || flags.peer !== undefined ? 'never' : 'auto'
  // Without --lab a shaped wire might, or might not, be what is measured.
  const unused = [...(isOnly ? [] : ['netem']), ...(lab === 'never' ? LAB_KEYS : [])]
  const given = unused.find((key) => names.isGiven(key))
  if (given !== undefined) {
    throw usageError('XRB_USAGE', `${names.label(given)} needs --lab.`, 'add --lab')
  }
  const guests = typeof flags.lab === 'string' ? flags.lab : undefined
  const label = (key: string) => names.label(key === 'guests' ? 'lab' : key)
  const labOptions = readLabOptions({ ...flags, guests }, label, 2)
  return {
    peer: readTarget(flags, names),
    family: flags.ipv6 ? 6 : flags.ipv4 ? 4 : 0,
    lab,
    labOptions,
    softRoce: flags.softRoce !== false,
  }
}
