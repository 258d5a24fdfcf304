import { constants } from 'node:os'
import type { Addon, NativeFault } from '../addon/addon.js'
import { findProgram } from '../lab/find-program.js'
import { type Explanation, noRdma, noRight } from './explain-link.js'
import { missingRight } from './rights.js'
import type { NetdevAddress } from './route.js'
import { findRxeModule, moduleHint, type RxeModule } from './rxe-module.js'
import { softRocePlace, unfitNetdev } from './soft-roce-place.js'

/** All that is known before a SoftRoCE device is made. */
type SoftRoceReadiness =
  | { ready: true; place: NetdevAddress; needsModprobe: boolean }
  | ({ ready: false } & Explanation)

/** Faults that no device of ours would mend: user space lacks what uses it. */
const HOPELESS = new Set(['RDMA_NO_LIBRARY', 'RDMA_NOT_BUILT'])

/**
 * Whether a SoftRoCE device could be made, as far as can be told without making one.
 * @param problem why libibverbs shows no device
 */
export function softRoceReadiness(
  addon: Pick<Addon, 'rdmaLink'>,
  source: string | null,
  family: 4 | 6 | 0,
  problem: NativeFault | null,
): SoftRoceReadiness {
  const place = softRocePlace(source, family)
  if ('reason' in place) return { ready: false, ...place }
  const { errno } = constants
  const socketErrno = addon.rdmaLink.socketErrno()
  const module = findRxeModule()
  const lacks =
    lackOfUserSpace(problem) ??
    lackOfKernel(module, socketErrno === errno.EPROTONOSUPPORT) ??
    unfitNetdev(place.netdev) ??
    lackOfRight(place.netdev)
  if (lacks !== null) return { ready: false, ...lacks }
  return { ready: true, place, needsModprobe: socketErrno !== 0 }
}

function lackOfUserSpace(problem: NativeFault | null): Explanation | null {
  if (problem === null || !HOPELESS.has(problem.code)) return null
  return { reason: 'libibverbs is missing, which would use it', hint: null }
}

function lackOfKernel(module: RxeModule, noNetlink: boolean): Explanation | null {
  if (module === 'none' || (module === 'unknown' && noNetlink)) {
    return { reason: 'no module rdma_rxe in this kernel', hint: moduleHint() }
  }
  // The kernel loads rdma_rxe itself when asked for a device, but nobody can ask before ib_core is there.
  return noNetlink && findProgram('modprobe') === null ? noRdma() : null
}

function lackOfRight(netdev: string): Explanation | null {
  const missing = missingRight()
  return missing === null ? null : noRight(netdev, missing)
}
