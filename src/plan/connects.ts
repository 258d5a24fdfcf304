import type { WorkloadName } from '../addon/addon.js'
import { TRANSPORT_NAMES, type TransportName } from './case.js'

/** Transports that have connections to be made. */
export const CONNECTING: readonly TransportName[] = ['tcp', 'tls', 'quic']

/** Transports that have a message link, over which requests are answered. */
export const ANSWERING: readonly TransportName[] = ['tcp', 'tls', 'udp', 'quic']

/** The transports that can carry a workload. */
export function carriersOf(workload: WorkloadName): readonly TransportName[] {
  if (workload === 'connect') return CONNECTING
  return workload === 'rr' ? ANSWERING : TRANSPORT_NAMES
}

/** Whether a transport can carry a workload at all. */
export function carries(transport: TransportName, workload: WorkloadName): boolean {
  return carriersOf(workload).includes(transport)
}
