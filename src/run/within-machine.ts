import { networkInterfaces } from 'node:os'
import { usageError } from '../errors.js'
import type { TransportName } from '../plan/case.js'
import { isWithinMachine } from '../plan/transports.js'
import { isLoopback } from '../session/wire/addresses.js'

/** Where a run has its ends, other than on this machine. */
export type Elsewhere = { kind: 'peer'; address: string } | { kind: 'lab' }

/** Whether a numeric address is one of this machine's own. */
export function isHere(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return isLoopback(address) || own.some((one) => one.address === address.replace(/%.*$/, ''))
}

/**
 * The transports of a run whose ends are elsewhere: those that join two processes of one machine are left out where all were asked for.
 * @throws {XrbenchError} exit 2 where one of them was named
 */
export function keepWithinReach(
  wanted: readonly TransportName[],
  elsewhere: Elsewhere,
  isNamed: boolean,
  say: (line: string) => void,
): readonly TransportName[] {
  const bound = wanted.filter(isWithinMachine)
  if (bound.length === 0) return wanted
  const others = wanted.filter((transport) => !bound.includes(transport))
  const [subject, verb] = bound.length === 1 ? [bound[0], 'joins'] : [bound.join(' and '), 'join']
  const reason = `${subject} ${verb} two processes of one machine, ${whyNot(elsewhere)}`
  if (isNamed) {
    const instead = others.length > 0 ? others.join(',') : 'tcp'
    const flag = elsewhere.kind === 'lab' ? '--lab' : '--peer'
    throw usageError('XRB_WITHIN_MACHINE', `${reason}.`, `--transport ${instead}, or no ${flag}`)
  }
  say(`left out: ${reason}`)
  return others
}

function whyNot(elsewhere: Elsewhere): string {
  return elsewhere.kind === 'lab'
    ? 'and the ends of the lab are machines of their own'
    : `and ${elsewhere.address} is another`
}
