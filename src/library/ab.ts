import { type AskedRun, complete } from '../run/asked.js'
import type { OptionNames } from '../run/names.js'
import { AB_REPETITIONS, type Configuration, pairErrand } from '../run/pair.js'
import { badRequest, checked } from './bad-request.js'
import { carryOut } from './carry-out.js'
import { commandOf } from './command.js'
import { memberNames } from './names.js'
import type { AbRequest, Variation } from './request.js'
import { abSchema, variationSchema } from './request-schema.js'
import type { RunOptions, RunResult } from './result.js'

/**
 * Measures two configurations in turn, A B B A, as `xrbench ab` does, so that a machine that drifts favours neither. {@link compare} with
 * `across: 'variant'` tells B from A.
 * @param both what both have, and where they are measured
 * @param a what A has beyond that; a member of it, and of its `socket`, `rdma`, `tls` and `quic`, replaces the one of `both`. How often, `family`,
 * and device, port and GID of `rdma` are for both.
 * @param b … and B
 * @throws {XrbenchError} as {@link run}; `XRB_NO_PARTNER` where the cases of A and B do not stand in pairs
 */
export async function ab(
  both: AbRequest,
  a: Variation,
  b: Variation,
  options: RunOptions = {},
): Promise<RunResult> {
  const shared = checked(abSchema, both, 'both')
  const [first, second] = [a, b].map((one, i) => {
    return configuration(shared, checked(variationSchema, one, i === 0 ? 'a' : 'b'))
  }) as [Configuration, Configuration]
  if (first.args.length === 0 && second.args.length === 0) {
    throw badRequest('a and b have no members: they are the same.')
  }
  const errand = pairErrand(first, second, memberNames(shared))
  return await carryOut(errand, commandOf('ab', both, a, b), shared, options)
}

function configuration(both: AbRequest, own: Variation): Configuration {
  const merged = joined(both, own)
  const { transports } = merged
  if (transports === undefined) throw badRequest('transports: by which is measured.')
  const names: OptionNames = memberNames(own)
  const asked: AskedRun = complete({ ...merged, transports }, memberNames(merged))
  const args = Object.entries(own).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return { asked, args, names }
}

/** What both have and what the one has beyond that; of a group each member by itself. */
function joined(both: AbRequest, own: Variation): Variation {
  return {
    ...{ repetitions: AB_REPETITIONS, ...both, ...own },
    socket: { ...both.socket, ...own.socket },
    rdma: { ...both.rdma, ...own.rdma },
    tls: { ...both.tls, ...own.tls },
    quic: { ...both.quic, ...own.quic },
  }
}
