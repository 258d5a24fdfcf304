import { losesMessages } from '../options/uses.js'
import type { Case } from './case.js'
import { circumstancesOf } from './circumstances.js'

/** Whether messages of a case can be lost, so that they are numbered and losses counted: UDP, RDMA over UC or UD, and QUIC datagrams. */
export function isLossy(c: Pick<Case, 'transport' | 'workload' | 'parameters'>): boolean {
  return losesMessages(circumstancesOf(c))
}
