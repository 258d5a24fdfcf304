import type { WorkloadName } from '../addon/addon.js'
import type { TransportName } from './case.js'

/** Transports that have connections to be made. */
export const CONNECTING: readonly TransportName[] = ['tcp', 'tls', 'quic']

/** Whether a transport can carry a workload at all. */
export function carries(transport: TransportName, workload: WorkloadName): boolean {
  return workload !== 'connect' || CONNECTING.includes(transport)
}
