import { realpathSync } from 'node:fs'
import type { NativeFault, RdmaPort } from '../addon/addon.js'
import { type DeviceAttempt, refused } from './device-step.js'
import { explainRdmaFault, hintForPort } from './explain-fault.js'
import { withoutScope } from './gid-address.js'
import { isNamed, type PortWish, whyNone } from './port-search.js'
import { readNames } from './system-file.js'

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
  if (problem === null || step !== blamed()) return refused(step, `${what}.`, null)
  const hint = problem.code === 'RDMA_NO_DEVICE' ? null : explainRdmaFault(problem)?.hint
  return refused(step, `${what} (${problem.message}).`, hint ?? null)
}

/** What would let one of `candidates` fit. */
function hintFor(candidates: readonly RdmaPort[], wish: PortWish): string {
  const named = candidates.filter((port) => isNamed(port, wish))
  const active = named.find(({ state }) => state === 'active')
  if (active === undefined) return hintForPort(named[0]?.stateWithReason ?? '')
  if (wish.gidIndex !== null) return 'leave --gid-index out'
  const address = withoutScope(wish.source ?? '192.0.2.1')
  return `sudo ip address add ${address}/${address.includes(':') ? 64 : 24} dev ${active.netdev}`
}

/** The kind of device that libibverbs does not show: of software where the kernel has no other. */
function blamed(): 'nic' | 'software' {
  const devices = readNames('/sys/class/infiniband').map((name) =>
    realpathSync(`/sys/class/infiniband/${name}`),
  )
  const isVirtual =
    devices.length > 0 && devices.every((path) => path.includes('/devices/virtual/'))
  return isVirtual ? 'software' : 'nic'
}
