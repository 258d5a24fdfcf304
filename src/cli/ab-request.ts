import { usageError } from '../errors.js'
import { type GivenFlags, parseSide } from './ab-flags.js'
import type { RunFlags } from './commands/run.js'
import { type FlagOrigin, type RunRequest, readRunFlags } from './run-request.js'

/** One of the two that are measured. */
export interface Configuration {
  asked: RunRequest
  /** What it has beyond the other, as given. */
  args: readonly string[]
  /** Of those. */
  origin: FlagOrigin
}

/** Fewer cannot show much. */
const REPETITIONS = '10'

/** Options that say where it is measured, how often, and what becomes of the result. */
const OF_BOTH: readonly (keyof RunFlags)[] = [
  'repeat',
  'peer',
  'keyFile',
  'lab',
  'netem',
  'labKernel',
  'memory',
  'bootTimeout',
  'softRoce',
  'device',
  'port',
  'gidIndex',
  'ipv4',
  'ipv6',
  'output',
  'json',
  'label',
  'redact',
  'strict',
  'dryRun',
  'quiet',
  'verbose',
]

/**
 * The two configurations of `[options of both] -- [options of A] -- [options of B]`; `rest` is what follows the first `--`.
 * @throws {XrbenchError} exit 2
 */
export function readConfigurations(
  rest: readonly string[],
  both: GivenFlags,
): [Configuration, Configuration] {
  const middle = rest.indexOf('--')
  if (middle < 0 || rest.indexOf('--', middle + 1) >= 0) {
    throw usageError(
      'XRB_USAGE',
      'ab takes two configurations.',
      'xrbench ab [options of both] -- [options of A] -- [options of B]',
    )
  }
  const [a, b] = [rest.slice(0, middle), rest.slice(middle + 1)]
  if (a.length === 0 && b.length === 0) {
    throw usageError(
      'XRB_USAGE',
      'A and B have no options: they are the same.',
      'xrbench ab -t tcp -- --wait block -- --wait spin',
    )
  }
  return [configuration(a, both), configuration(b, both)]
}

function configuration(args: readonly string[], both: GivenFlags): Configuration {
  const { flags, given, origin } = parseSide(args)
  const misplaced = given.find((key) => OF_BOTH.includes(key))
  if (misplaced !== undefined) {
    throw usageError(
      'XRB_USAGE',
      `${origin.label(misplaced)} is for both sides: it stands before the first --.`,
      'xrbench ab [options of both] -- [options of A] -- [options of B]',
    )
  }
  const own = Object.fromEntries(given.map((key) => [key, flags[key]]))
  const merged: RunFlags = { ...both.flags, repeat: both.flags.repeat ?? REPETITIONS, ...own }
  const asked = readRunFlags(merged, {
    label: (key) => (origin.isGiven(key) ? origin : both.origin).label(key),
    isGiven: (key) => origin.isGiven(key) || both.origin.isGiven(key),
  })
  return { asked, args, origin }
}
