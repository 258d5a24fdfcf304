import type { WaitPolicy, WorkloadName } from '../addon/addon.js'
import { allows } from '../options/fill.js'
import { MEASURE } from '../options/measure.js'
import { MIN_CIRCUMSTANCES } from './circumstances.js'
import { TRANSPORT_NAMES, type TransportName } from './transports.js'

/** Transports that have connections to be made. */
const CONNECTING: readonly TransportName[] = ['tcp', 'tls', 'quic']

/** The transports that can carry a workload. */
export function carriersOf(workload: WorkloadName): readonly TransportName[] {
  return workload === 'connect' ? CONNECTING : TRANSPORT_NAMES
}

/** Whether a call of it can wait so: `busy-poll` is for those that wait in the kernel for one socket. */
export function canWait(
  wait: WaitPolicy,
  transport: TransportName,
  workload: WorkloadName,
): boolean {
  return allows(MEASURE.waits, wait, { ...MIN_CIRCUMSTANCES, transport, workload })
}

/** Whether a transport can carry a workload at all. */
export function carries(transport: TransportName, workload: WorkloadName): boolean {
  return carriersOf(workload).includes(transport)
}
