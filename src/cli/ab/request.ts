import { usageError } from '../../errors.js'
import { ENTRIES } from '../../options/groups.js'
import { complete } from '../../run/asked.js'
import { isForBoth } from '../../run/both-sides.js'
import { AB_REPETITIONS, type Configuration } from '../../run/pair.js'
import type { RunFlags } from '../run/flags.js'
import { readRunFlags } from '../run/request.js'
import { type GivenFlags, parseSide } from './sides.js'

/** Of these each side may have its own. What else there is says where it is measured, and what becomes of the result. */
const OF_ONE: readonly string[] = ['transport', ...ENTRIES.map(({ attribute }) => attribute)]

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
  const { flags, given, names } = parseSide(args)
  const misplaced = given.find((key) => !OF_ONE.includes(String(key)))
  if (misplaced !== undefined) throw isForBoth(names.label(String(misplaced)))
  const own = Object.fromEntries(given.map((key) => [key, flags[key]]))
  const merged: RunFlags = {
    ...both.flags,
    repeat: both.flags.repeat ?? String(AB_REPETITIONS),
    ...own,
  }
  const ofEither = {
    label: (key: string) => (names.isGiven(key) ? names : both.names).label(key),
    isGiven: (key: string) => names.isGiven(key) || both.names.isGiven(key),
  }
  return { asked: complete(readRunFlags(merged, ofEither), ofEither), args, names }
}
