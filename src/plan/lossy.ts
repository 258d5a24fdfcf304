import type { Case } from './case.js'

/** Whether messages of a case can be lost, so that they are numbered and losses counted: UDP, and RDMA over UC or UD. */
export function isLossy({
  transport,
  parameters,
}: Pick<Case, 'transport' | 'workload' | 'parameters'>): boolean {
  if (transport === 'udp') return true
  return parameters.rdma !== null && parameters.rdma.queuePair !== 'rc'
}
