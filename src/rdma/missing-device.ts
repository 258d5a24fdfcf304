import type { NativeFault, RdmaPort } from '../addon/addon.js'
import { type DeviceAttempt, refused } from './device-step.js'
import { explainRdmaFault, hintForPort } from './explain-fault.js'
import { isNamed, type PortWish, whyNone } from './port-search.js'

/** Why there is no device of this kind to be had, and what would bring one. */
export function missingDevice(
  step: 'nic' | 'software',
  candidates: readonly RdmaPort[],
  wish: PortWish,
  problem: NativeFault | null,
): DeviceAttempt {
  const what = step === 'nic' ? 'No NIC' : 'No software device'
  const why = whyNone(candidates, wish)
  if (why !== '') return refused(step, `${what} (${why}).`, hintFor(candidates, wish))
  // What keeps libibverbs from any device is said once.
  if (step === 'software' || problem === null) return refused(step, `${what}.`, null)
  const hint = problem.code === 'RDMA_NO_DEVICE' ? null : explainRdmaFault(problem)?.hint
  return refused(step, `${what} (${problem.message}).`, hint ?? null)
}

/** What would let one of `candidates` fit. */
function hintFor(candidates: readonly RdmaPort[], wish: PortWish): string {
  const named = candidates.filter((port) => isNamed(port, wish))
  const active = named.find(({ state }) => state === 'active')
  if (active === undefined) return hintForPort(named[0]?.stateWithReason ?? '')
  if (wish.gidIndex !== null) return 'leave --gid-index out'
  const address = wish.source ?? '192.0.2.1'
  return `sudo ip address add ${address}/${address.includes(':') ? 64 : 24} dev ${active.netdev}`
}
