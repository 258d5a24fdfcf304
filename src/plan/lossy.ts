import type { Case } from './case.js'

/** Whether messages of a case can be lost, so that they are numbered and losses counted: UDP, RDMA over UC or UD, and QUIC datagrams. */
export function isLossy({
  transport,
  parameters,
}: Pick<Case, 'transport' | 'workload' | 'parameters'>): boolean {
  if (transport === 'udp' || parameters.quic?.messages === 'datagram') return true
  return parameters.rdma !== null && parameters.rdma.queuePair !== 'rc'
}
